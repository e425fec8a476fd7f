"""The same grading on the machines of a Dask cluster, whose workers have the course installed.

Each Dask worker keeps a crew and a checker of its own; this process alone writes down what they find.
"""

import secrets
import threading
import time

from rnncourse import language, runtime
from rnncourse.grading import schedule
from rnncourse.grading.catalogue import Catalogue
from rnncourse.grading.checker import Checker
from rnncourse.grading.crew import Crew, hidden_modules
from rnncourse.language import choose

CONNECT_SECONDS = 30
_lock, _kept = threading.Lock(), {}  # in a Dask worker: its crew and checker


class ClusterError(Exception):
    """The cluster cannot be used; the message says why, in the reader's language."""


def run(plan, records, address, *, seed, per_student, tell, **shared):
    """Grade a Plan's work on the workers of the Dask scheduler at `address`, as `schedule.run` does here.

    `shared`: "folder" of the instructor's own tasks, at the same place on every machine, or None; "weak",
    "seconds", "memory" and "covered" as for `schedule.run`. Raises ClusterError.
    """
    for line in plan.told:
        records.add(line)
    if not plan.work:
        return
    seed = secrets.randbits(62) if seed is None else seed
    names = sorted({name for work in plan.work for name in work.exercise.tasks})
    shared = {**shared, "names": names, "language": language.current()}
    with _client(address) as client:
        from distributed import as_completed

        started, done = time.monotonic(), 0
        seeds = [schedule.seed_of(seed, work, per_student) for work in plan.work]
        futures = client.map(grade_there, plan.work, seeds, shared=shared, pure=False)
        try:
            for future in as_completed(futures):
                records.add(_result(future))
                done += 1
                tell(done, len(plan.work), time.monotonic() - started)
        finally:
            client.run(close_there)


def grade_there(work, seed, *, shared):
    """In a Dask worker: the record of one notebook."""
    with _lock:
        if not _kept:
            _kept.update(_staff(**shared))
    return schedule.grade(work, _kept["checker"], _kept["crew"], seed)


def close_there():
    """In a Dask worker: end its crew."""
    with _lock:
        if _kept:
            _kept["checker"].close()
            _kept["crew"].close()
            _kept.clear()


def _staff(*, folder, names, language, weak, seconds, memory, covered):
    runtime.start(language)
    catalogue = Catalogue(folder)
    tasks = [catalogue.load(name) for name in names]
    crew = Crew(hidden_modules(tasks), weak=weak, covered=covered, memory=memory)
    crew.probe()
    return {"crew": crew, "checker": Checker(crew, catalogue, seconds=seconds)}


def _client(address):
    """A Dask client of the scheduler at `address`. Raises ClusterError."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        advice = 'pip install "rnncourse[cluster]"'
        raise ClusterError(choose(zh=f"缺少 Dask：{advice}", en=f"Dask is missing: {advice}")) from None
    try:
        return Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        words = choose(zh=f"连不上调度器 {address}", en=f"no scheduler answers at {address}")
        raise ClusterError(f"{words} ({type(error).__name__})") from None


def _result(future):
    """What a worker found. Raises ClusterError where it could not even begin; the run can be repeated."""
    try:
        return future.result()
    except Exception as error:
        words = choose(zh="集群的一台机器评不了分", en="a machine of the cluster cannot grade")
        raise ClusterError(f"{words} ({type(error).__name__}: {error})"[:400]) from None
