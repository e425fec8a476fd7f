"""The trusted side: draws secret cases, has a worker run the answer on them, and judges what comes back."""

import contextlib
import random
import threading
import time

import numpy as np

from rnncourse import probes, tasks
from rnncourse.grading import hints, models
from rnncourse.grading.protocol import Closed, ProtocolError
from rnncourse.probes import Opaque, Outcome, Raised

EXAMINATIONS = 40  # by one examining worker
MOST_REMEMBERED = 400  # sets of cases


class SetupFailed(Exception):
    """The exercise's own set-up failed in a worker: nobody's answer can be judged."""


class Checker:
    """Judges answers by workers of `crew`, each of which has `seconds` of processor time for an answer."""

    def __init__(self, crew, catalogue, *, seconds=60):
        self.crew, self.catalogue, self.seconds = crew, catalogue, seconds
        self._lock = threading.Lock()  # references draw from the process's own random numbers
        self._cases, self._outcomes = {}, {}
        self._local, self._examiners = threading.local(), []

    def grade(self, exercise, answers, language, seed):
        """The results for {task: notebooks.Answer} of one notebook, as records.py writes them."""
        results, before = [], []
        for name in exercise.tasks:
            answer = answers[name]
            results.append(self._grade(exercise, name, answer, before, language, seed))
            if answer.source is not None:
                before.append((name, answer.source))
        return results

    def close(self):
        """End all examining workers."""
        for examiner in self._examiners:
            examiner.close()
        self._examiners = []

    def _dismiss(self):
        """End the examining worker of this thread, if it has one."""
        examiner = getattr(self._local, "examiner", None)
        if examiner is not None:
            self._examiners.remove(examiner)
            examiner.close()
            self._local.examiner = None

    def _grade(self, exercise, name, answer, before, language, seed):
        task = self.catalogue.load(name)
        if answer.source is None:
            return _result(task, "missing", hints.both(answer.zh, answer.en))
        if answer.source.strip() == exercise.stubs[name].strip():
            return _result(task, "failed", hints.NOT_WRITTEN)
        cases = self._draw(task, seed)
        worker = self.crew.open(task.hides, seconds=self.seconds, wall=2 * self.seconds)
        request = {
            "do": "answer",
            "language": language,
            "setup": exercise.setups.get(language) or _any(exercise),
        }
        request |= {"before": before, "task": name, "source": answer.source}
        try:
            worker.channel.send(request)
            outcomes = self._outcomes_of(task, cases, worker, answer.source, language)
            if isinstance(outcomes, dict):
                return _result(task, "failed", **outcomes)
            return self._judge(task, cases, outcomes, answer.source)
        except models.NotPlain:
            return _result(task, "failed", hints.NOT_PLAIN)
        except Closed:
            if not worker.killed and not self.crew.alive():
                raise  # not the answer's fault: the submission is graded again
            used_up = worker.killed or time.monotonic() - worker.started > 0.8 * self.seconds
            return _result(task, *(("timeout", hints.TIMEOUT) if used_up else ("error", hints.DIED)))
        except ProtocolError:
            return _result(task, "error", hints.NO_MESSAGE)
        finally:
            worker.close()

    def _outcomes_of(self, task, cases, worker, source, language):
        """An Outcome for each case; or, where there is no function to call, the hint that says so."""
        state = _dict(worker.channel.receive())
        raised = state.get("raised")
        if "setup failed" in state:
            raise SetupFailed(str(state["setup failed"])[:300])
        if state.get("state") != "callable":
            if isinstance(raised, Raised):
                return {"hint": hints.of_exception(raised), "detail": hints.line_of(raised, source)}
            return {"hint": hints.NO_FUNCTION}
        if task.probe in probes.CALLING:
            return [_call(worker, case.inputs, task.probe) for case in cases]
        return [self._examine(task, case, worker, language) for case in cases]

    def _examine(self, task, case, worker, language):
        """The Outcome of a probe, which runs in an examining worker and asks the answering one."""
        examiner = self._examiner()
        changed = []
        try:
            examiner.channel.send(
                {"do": "examine", "probe": task.probe, "inputs": case.inputs, "language": language}
            )
            while "call" in (message := _dict(examiner.channel.receive())):
                outcome = _ask(worker, message["call"])
                changed = outcome.changed
                examiner.channel.send({"value": outcome.value})
        except BaseException as error:
            self._dismiss()  # it still waits for an answer
            if isinstance(error, Closed) and not worker.killed and _alive(worker):
                return Outcome(Raised("MemoryError", "the model cannot be rebuilt"))
            raise
        self._local.examined += 1
        examiner.limit(None)
        return Outcome(message.get("outcome"), changed)

    def _examiner(self):
        """The examining worker of this thread: a new one now and then, or where the last one failed."""
        examiner = getattr(self._local, "examiner", None)
        if examiner is None or self._local.examined >= EXAMINATIONS:
            self._dismiss()
            seconds = self.seconds * EXAMINATIONS
            examiner = self._local.examiner = self.crew.open((), seconds=seconds, wall=None)
            self._examiners.append(examiner)
            self._local.examined = 0
        examiner.limit(2 * self.seconds)
        return examiner

    def _judge(self, task, cases, outcomes, source):
        """The result of a task by what the answer gave for the cases."""
        try:
            with self._lock:
                found = tasks.verdict(task, cases, outcomes, run=self._remembered)
        except Exception as error:  # values of a shape that no judge thought of
            return _result(task, "error", hints.NO_MESSAGE, detail=type(error).__name__)
        if found.passed:
            return _result(task, "passed", hints.both("", ""))
        if found.mistake is not None:
            detail = found.detail if task.judge is not None else ""
            return _result(task, "failed", hints.of_mistake(task, found.mistake), found.mistake, detail)
        difference = found.difference
        if difference is not None:
            raised = difference.yours if isinstance(difference.yours, Raised) else None
            if raised is not None and raised.type == models.NotPlain.__name__:
                return _result(task, "failed", hints.NOT_PLAIN)
            detail = hints.line_of(raised, source) if raised else ""
            return _result(task, "failed", hints.of_difference(difference), detail=detail)
        stub = any(isinstance(o.value, Raised) and o.value.type == "NotImplementedError" for o in outcomes)
        return _result(task, "failed", hints.NOT_WRITTEN if stub else hints.INPUTS_CHANGED)

    def _draw(self, task, seed):
        with self._lock:
            if len(self._cases) > MOST_REMEMBERED:
                self._cases, self._outcomes = {}, {}
            if (task.name, seed) not in self._cases:
                rng = np.random.default_rng([seed, *task.name.encode()])
                self._cases[task.name, seed] = task.cases(rng)
            return self._cases[task.name, seed]

    def _remembered(self, probe, answer, inputs):
        """What probes.run gives for a reference or a mistake: the same for everybody with the same cases."""
        key = probe, answer, id(inputs)  # the cases live as long as what is remembered of them
        if key not in self._outcomes:
            state = random.getstate()
            self._outcomes[key] = probes.run(probe, answer, inputs)
            random.setstate(state)
        return self._outcomes[key]


def _any(exercise):
    return next(iter(exercise.setups.values()))


def _alive(worker):
    """Whether a worker still answers to nothing: its channel can be written."""
    with contextlib.suppress(ProtocolError):
        worker.channel.send({"inputs": [], "probe": "call"})
        return True
    return False


def _call(worker, inputs, probe):
    outcome = _ask(worker, list(inputs), probe)
    if models.is_model(outcome.value):
        return Outcome(Opaque("Model", "a model"), outcome.changed)
    return outcome


def _ask(worker, inputs, probe="call"):
    """Have the answering worker call the answer. Returns the Outcome, whose value nobody has to believe."""
    worker.channel.send({"inputs": inputs, "probe": probe})
    reply = _dict(worker.channel.receive())
    changed = reply.get("changed")
    if "value" not in reply or not isinstance(changed, list):
        raise ProtocolError("a reply of another form")
    changed = tuple(i for i in changed if type(i) is int and 0 <= i < len(inputs))
    if models.is_model(reply["value"]):
        models.check(reply["value"])
    return Outcome(reply["value"], changed)


def _dict(message):
    if not isinstance(message, dict):
        raise ProtocolError("a message of another form")
    return message


def _result(task, status, hint, mistake=None, detail=""):
    points = task.points if status == "passed" else 0
    result = {"task": task.name, "points": points, "max": task.points, "status": status, "mistake": mistake}
    return {**result, "hint": hint, "detail": detail}
