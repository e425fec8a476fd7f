"""Starts workers for the checker: forked in a closed room, or, where there is none, fresh processes.

A worker is a channel to a process that trusts nobody and is trusted by nobody.
"""

import contextlib
import itertools
import json
import os
import site
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import rnncourse
from rnncourse.grading import hiding, sandbox, server
from rnncourse.grading.protocol import Channel, Closed

NAMESPACES, PROCESS = "namespaces", "process"
START_SECONDS = 180
_PACKAGE = Path(rnncourse.__file__).resolve().parent
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "OPENBLAS_NUM_THREADS": "1",  # BLAS would start threads when it is loaded, and forks need there to be one
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "Agg",
}
_INHERITED = ("LD_LIBRARY_PATH", "SYSTEMROOT", "HOME", "USERPROFILE", "MPLCONFIGDIR", "TMPDIR", "TEMP")


class WeakIsolation(Exception):
    """No closed room can be made here; the message says why."""


class Worker:
    """A running worker: `channel` to talk to, `kill` and `close`; `killed` once its time was up."""

    def __init__(self, channel, kill, close, seconds):
        self.channel, self._kill, self._close = channel, kill, close
        self.killed, self.started = False, time.monotonic()
        self._timer = None
        self.limit(seconds)

    def limit(self, seconds):
        """Kill the worker if it is not closed, or limited anew, within so many seconds (None: no limit)."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else threading.Timer(seconds, self.kill)
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def kill(self):
        """End the worker and all that it started."""
        self.killed = True
        self._kill()

    def close(self):
        """End the worker, whatever it does, and free what it took."""
        self.limit(None)
        self._kill()
        self._close()


class Crew:
    """All workers of one grading. `hidden`: every module that some task hides."""

    def __init__(self, hidden, *, weak=False, covered=(), memory=2_000_000_000):
        self.hidden, self.covered, self.memory = tuple(hidden), tuple(map(str, covered)), memory
        self.isolation = PROCESS if weak else NAMESPACES
        self._servers, self._lock, self._names = {}, threading.Lock(), itertools.count()

    def open(self, hidden, *, seconds, wall):
        """A new Worker without the modules `hidden`, for so many seconds of processor and of clock time."""
        if self.isolation == PROCESS:
            return _fresh_process(hidden, seconds, wall, self.memory)
        return self._server(hidden).open(next(self._names), hidden, seconds, wall, self.memory)

    def probe(self):
        """Try the isolation once. Raises WeakIsolation where there is no closed room."""
        if self.isolation == NAMESPACES:
            self.open((), seconds=10, wall=60).close()

    def alive(self):
        """Whether all servers run; one that ends takes its workers with it."""
        time.sleep(0.1)  # for a process that just ended to be known as ended
        return all(running.alive() for running in self._servers.values())

    def close(self):
        """End all servers, and with them all workers."""
        for running in self._servers.values():
            running.close()

    def _server(self, hidden):
        """The running server for a task that hides `hidden`: one without Keras where that is hidden."""
        light = any(module.split(".")[0] in ("keras", "tensorflow") for module in hidden)
        with self._lock:
            running = self._servers.get(light)
            if running is None or not running.alive():
                if running is not None:
                    running.close()
                modules = server.LIGHT if light else server.HEAVY
                own = [m for m in self.hidden if light or m.split(".")[0] not in ("keras", "tensorflow")]
                running = self._servers[light] = _Server(modules, own, self.covered)
            return running


class _Server:
    """A fork server in its room."""

    def __init__(self, modules, hidden, covered):
        if not sandbox.supported():
            raise WeakIsolation(f"{sys.platform} on this processor has no closed room")
        self.folder = tempfile.mkdtemp(prefix="rnncourse-")
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = "import sys; from rnncourse.grading import server; server.main(int(sys.argv[1]))"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(theirs.fileno())],
            env=_environment(),
            cwd="/",
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()
        start = {"modules": modules, "hidden": hidden, "root": self.folder, "visible": _visible()}
        self.control.send(json.dumps({**start, "covered": covered}).encode())
        self.control.settimeout(START_SECONDS)
        try:
            reply = json.loads(self.control.recv(server.MOST_ORDER) or '{"failed": "the server ended"}')
        except (OSError, ValueError) as error:
            reply = {"failed": str(error)}
        if "failed" in reply:
            self.close()
            raise WeakIsolation(reply["failed"])
        self.control.settimeout(None)

    def alive(self):
        return self.process.poll() is None

    def open(self, name, hidden, seconds, wall, memory):
        ours, theirs = socket.socketpair()
        order = {"name": name, "hidden": list(hidden), "seconds": seconds, "memory": memory}
        try:
            socket.send_fds(self.control, [json.dumps(order).encode()], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise Closed(f"the fork server ended: {error}") from None
        finally:
            theirs.close()
        return Worker(Channel(ours.fileno()), lambda: self._kill(name), ours.close, wall)

    def _kill(self, name):
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"kill": name}).encode())

    def close(self):
        self.control.close()
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            os.rmdir(self.folder)


def _fresh_process(hidden, seconds, wall, memory):
    """A worker without a room: a process that shares nothing but the machine."""
    code = "from rnncourse.grading import worker; worker.main()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    folder = tempfile.TemporaryDirectory(prefix="rnncourse-", ignore_cleanup_errors=True)
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=_environment(), cwd=folder.name, start_new_session=True, **pipes
    )
    channel = Channel(process.stdout.fileno(), process.stdin.fileno())

    def close():
        process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        folder.cleanup()

    def kill():
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, 9)  # also what it started, unless that left its session
            process.kill()

    channel.send({"hidden": list(hidden), "seconds": seconds, "memory": memory})
    return Worker(channel, kill, close, wall)


def _environment():
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, **_ENVIRONMENT, "PYTHONPATH": str(_PACKAGE.parent)}


def _visible():
    """What a worker may read: Python, its libraries, and the course's package without anything beside it."""
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        prefixes.append(site.getusersitepackages())
    return [*prefixes, os.path.realpath(sys.executable), str(_PACKAGE)]


def hidden_modules(tasks):
    """Every module that some of `tasks` hides, and those that know answers to all."""
    return tuple(dict.fromkeys([*hiding.ALWAYS, *(module for task in tasks for module in task.hides)]))
