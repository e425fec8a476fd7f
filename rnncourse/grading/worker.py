"""The sandboxed side: runs an answer, or examines a model, as the checker asks for it over a channel.

An *answering* worker runs the set-up and a learner's cells, then calls the answer on inputs that come one by
one. An *examining* worker sees no learner's code: it runs a probe, whose answer is a proxy of the other
worker's.
"""

import contextlib
import linecache
import os
import re
import signal
import sys
import types

from rnncourse import language, probes
from rnncourse.grading import hiding, models, sandbox
from rnncourse.grading.protocol import Channel, Closed

BEFORE_SECONDS = 3  # for each answer cell of another task
_MAGIC = re.compile(r"(?m)^(\s*)[%!?][^\n]*$")


def main():
    """A worker in a process of its own, without a room: the channel is standard input and output."""
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    channel = Channel(reading, writing)
    order = channel.receive()
    sandbox.set_limits(order["seconds"], order["memory"])
    hiding.refuse((*hiding.ALWAYS, *order["hidden"]))
    serve(channel)


def serve(channel):
    """Do what the checker asks until it hangs up."""
    stand_in_for_checks()
    with contextlib.suppress(Closed):
        request = channel.receive()
        if request["do"] == "answer":
            _answer(channel, request)
        else:
            _examine_all(channel, request)


def stand_in_for_checks():
    """Put a module in the place of rnncourse.checks whose every check does nothing: the set-up imports it."""
    module = types.ModuleType("rnncourse.checks")
    module.__getattr__ = _no_check
    module.CheckFailed = AssertionError
    sys.modules["rnncourse.checks"] = module
    sys.modules["rnncourse"].checks = module


def _no_check(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *arguments, **options: None


# --- an answer ---


def _answer(channel, request):
    language.use(request["language"])
    names = _main_module()
    for number, text in enumerate(request["setup"]):
        raised = _run_cell(text, f"<setup {number}>", names)
        if raised is not None:
            channel.send({"setup failed": raised})
            return
    for task, text in request["before"]:
        with _time_limit(BEFORE_SECONDS):
            _run_cell(text, f"<answer {task}>", names)
    task = request["task"]
    names.pop(task, None)
    raised = _run_cell(request["source"], f"<answer {task}>", names)
    answer = names.get(task)
    state = "callable" if callable(answer) else "missing" if answer is None else "no function"
    channel.send({"state": state, "raised": raised, "type": type(answer).__name__})
    while callable(answer):
        request = channel.receive()
        channel.send(_outcome(answer, request["inputs"], probes.PROBES[request["probe"]]))


def _outcome(answer, inputs, calling):
    """What one call of `answer` does: a plain value or an exported model, and the inputs it changed."""
    found = []

    def returned(answer, *inputs):
        value = calling(answer, *inputs)
        if _is_model(value):
            found.append(models.export(value))
            return None
        return value

    probes.PROBES["returned"] = returned
    outcome = probes.run("returned", answer, tuple(inputs))
    value = found[0] if found else outcome.value
    return {"value": value, "changed": list(outcome.changed)}


def _is_model(value):
    return "keras" in sys.modules and isinstance(value, sys.modules["keras"].Model)


def _main_module():
    """The names of a fresh module __main__, with what a notebook has besides."""
    module = types.ModuleType("__main__")
    module.display = lambda *values, **options: None
    module.get_ipython = lambda: None
    sys.modules["__main__"] = module
    return module.__dict__


def _run_cell(text, name, names):
    """Run a cell's text. Returns what it raised, as a Raised, or None."""
    outcome = probes.run("call", _Cell(text, name, names), ())
    return outcome.value if isinstance(outcome.value, probes.Raised) else None


class _Cell:
    """A cell's text as something to call. Lines for IPython (%, !) are left out, as they compute nothing."""

    def __init__(self, text, name, names):
        self.text, self.name, self.names = text, name, names
        self.__code__ = types.SimpleNamespace(co_filename=name)  # where probes look for the raising line

    def __call__(self):
        linecache.cache[self.name] = (len(self.text), None, self.text.splitlines(keepends=True), self.name)
        try:
            code = compile(self.text, self.name, "exec")
        except SyntaxError:
            code = compile(_MAGIC.sub(r"\1pass", self.text), self.name, "exec")
        exec(code, self.names)


@contextlib.contextmanager
def _time_limit(seconds):
    """Raise TimeoutError in the block after so many seconds, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number, frame):
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.suppress(TimeoutError):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


# --- an examination ---


class _AnswerRaised(Exception):
    """The learner's answer raised, in its own worker."""


def _examine_all(channel, request):
    while True:
        channel.send({"outcome": _examine(channel, request)})
        request = channel.receive()


def _examine(channel, request):
    """Run the probe on what the answer, asked over the channel, returns. Returns the outcome's value."""
    raised = []

    def proxy(*inputs):
        channel.send({"call": list(inputs)})
        reply = channel.receive()
        if models.is_model(reply["value"]):
            return models.rebuild(reply["value"])
        if isinstance(reply["value"], probes.Raised):
            raised.append(reply["value"])
            raise _AnswerRaised
        return reply["value"]

    language.use(request["language"])
    outcome = probes.run(request["probe"], proxy, tuple(request["inputs"]))
    if isinstance(outcome.value, probes.Raised) and outcome.value.type == _AnswerRaised.__name__:
        return raised[-1]
    _forget_models()
    return outcome.value


def _forget_models():
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()
