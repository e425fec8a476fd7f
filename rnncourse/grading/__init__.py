"""Grading a class: answers run in a sandbox, verdicts fall in another process.

From the ground up: `protocol` (what may travel between both), `seccomp` and `sandbox` (what a worker may not
do), `hiding` (modules it may not read), `models` (a Keras model as data), `worker` and `server` (the
sandboxed side); `crew` (starts them), `notebooks` and `collect` (what was handed in), `hints` and `checker`
(verdicts), `late`, `records`, `schedule` and `command`. The first six run beside a learner's code: they
import nothing that knows an answer.
"""
