"""A fork server: imports what answers use, once, moves into the closed room, and forks a worker for every
order.

It never sees a submission, a task or a seed: an order carries the worker's socket, limits and names of hidden
modules. TensorFlow survives the fork as long as this process has run no operation and has one thread; both
are held here.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

from rnncourse.grading import hiding, sandbox, worker
from rnncourse.grading.protocol import Channel

HEAVY = ("numpy", "keras", "tensorflow", "matplotlib.pyplot")
LIGHT = ("numpy",)
MOST_ORDER = 60_000  # bytes
_KEPT = 3  # the descriptor of a worker's socket


def main(control):
    """Serve orders from the inherited Unix socket `control`. The first one says how."""
    sandbox.die_with_parent()
    os.setsid()
    control = socket.socket(fileno=control)
    start = json.loads(control.recv(MOST_ORDER))
    try:
        threads = _prepare(start)
        namespace = sandbox.enter_room(start["root"], start["visible"], start["covered"])
    except Exception as error:
        control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        return
    os.environ |= {"HOME": sandbox.HOME, "TMPDIR": sandbox.HOME}
    control.send(json.dumps({"ready": os.getpid()}).encode())
    _serve(control, threads, namespace)


def _prepare(start):
    """Load modules. Returns the descriptor of a folder that lists this process's threads."""
    with hiding.refusing((*hiding.ALWAYS, *start["hidden"], "sklearn")):
        for name in start["modules"]:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        if "matplotlib" in sys.modules:
            from rnncourse import style

            style.use_figure_style()
    leaked = hiding.loaded((*hiding.ALWAYS, *start["hidden"]))
    if leaked:
        raise sandbox.SandboxError(f"{leaked[0]} is loaded, but a task hides it")
    threads = os.open("/proc/self/task", os.O_RDONLY | os.O_DIRECTORY)
    if len(os.listdir(threads)) != 1:
        raise sandbox.SandboxError("a module started a thread")
    sandbox.remember_size()
    gc.collect()
    gc.freeze()
    return threads


def _serve(control, threads, namespace):
    workers = {}

    def reap(*_):
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) > 0:
                for name in [name for name, other in workers.items() if other == pid]:
                    del workers[name]

    signal.signal(signal.SIGCHLD, reap)
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, MOST_ORDER, 1)
        if not data:
            return
        order = json.loads(data)
        if "kill" in order:
            pid = workers.get(order["kill"])
            if pid:
                os.kill(pid, signal.SIGKILL)
            continue
        if len(os.listdir(threads)) != 1:
            os._exit(3)
        workers[order["name"]] = _fork(control, order, descriptors[0], namespace)
        os.close(descriptors[0])


def _fork(control, order, descriptor, namespace):
    """Start a worker in a pid namespace of its own. Returns its pid."""
    hidden = [path for module in (*hiding.ALWAYS, *order["hidden"]) for path in hiding.files_of(module)]
    sandbox.new_pid_namespace()
    pid = os.fork()
    if pid:
        sandbox.old_pid_namespace(namespace)
        return pid
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sandbox.die_with_parent()
        os.setsid()  # kill(0) reaches a process group, also those of its processes that one cannot see
        os.dup2(descriptor, _KEPT)
        control.detach()
        hiding.refuse((*hiding.ALWAYS, *order["hidden"]))
        limits = {"seconds": order["seconds"], "memory": order["memory"]}
        sandbox.confine(hidden, **limits, keep=_KEPT + 1)
        worker.serve(Channel(_KEPT))
        code = 0
    finally:
        os._exit(code)
