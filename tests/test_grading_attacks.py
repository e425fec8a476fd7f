"""Answers that want points they did not earn, or harm: none gains a point, stops the grader, or gets out.

Each is written so that it would give the right result if it reached what it is after. All are graded in one
run, among honest answers, which get their points.
"""

# ruff: noqa: E501 (answers as learners write them)

import json
import os
import socket
import textwrap
import threading

import handed_in
import pytest
from handed_in import ARRAYS, MODELS, ROOT

pytestmark = [pytest.mark.slow, handed_in.closed_room]

CANARY = "a secret of the machine 4711"
TASK = "pad_batch"
RIGHT = """
import numpy as np
def right(sequences, length):
    batch = np.zeros((len(sequences), length), dtype=int)
    for row, s in zip(batch, sequences):
        s = list(s)[:length]
        row[:len(s)] = s
    return batch
"""


def after(code, test="True"):
    """An answer that is right if `code` runs without an exception, and `test` is then true."""
    lines = textwrap.indent(textwrap.dedent(code).strip(), "    ")
    return f"""{RIGHT}
reached = False
try:
{lines}
    reached = bool({test})
except BaseException:
    pass
def pad_batch(sequences, length):
    return right(sequences, length) if reached else None
"""


def instead(code):
    """An answer whose own code does something else than to compute the result."""
    return textwrap.dedent(code)


FORGED = """
import json, os, struct
def frame(value, blobs=()):
    head = json.dumps({"value": value, "sizes": [len(b) for b in blobs]}).encode()
    return struct.pack(">I", len(head)) + head + b"".join(blobs)
"""
STATE = '{"d": [["state", "callable"], ["raised", None], ["type", "function"]]}'

ATTACKS = {
    # forged results
    "forges a reply and leaves": FORGED
    + f"""
reply = {{"d": [["value", {{"r": ["ValueError", "", None]}}], ["changed", {{"l": []}}]]}}
os.write(3, frame(json.loads('{STATE}')) + 9 * frame(reply))
os._exit(0)
""",
    "announces a message of four gigabytes": instead("import os\nos.write(3, b'\\xff' * 4096)\nos._exit(0)"),
    "sends JSON nested deeply": FORGED
    + "head = b'[' * 1_000_000\nos.write(3, struct.pack('>I', len(head)) + head)\nos._exit(0)",
    "sends a pickle in an array": FORGED
    + f"""
import io, numpy as np
class Boom:
    def __reduce__(self):
        return (os.mkdir, ("PLACE/pickled",))
file = io.BytesIO()
np.save(file, np.array([Boom()], dtype=object), allow_pickle=True)
reply = {{"d": [["value", {{"a": 0}}], ["changed", {{"l": []}}]]}}
os.write(3, frame(json.loads('{STATE}')) + 9 * frame(reply, [file.getvalue()]))
os._exit(0)
""",
    "sends an array of a petabyte": FORGED
    + f"""
head = "{{'descr': '<f8', 'fortran_order': False, 'shape': (1125899906842624,), }}".ljust(117) + chr(10)
data = bytes([147]) + b"NUMPY" + bytes([1, 0]) + struct.pack("<H", len(head)) + head.encode()
reply = {{"d": [["value", {{"a": 0}}], ["changed", {{"l": []}}]]}}
os.write(3, frame(json.loads('{STATE}')) + 9 * frame(reply, [data]))
os._exit(0)
""",
    "says that the set-up failed": FORGED
    + """
os.write(3, frame({"d": [["state", "callable"], ["raised", None], ["type", "x"]]}))
os.write(3, frame({"d": [["status", "passed"], ["points", 2]]}))
os._exit(0)
""",
    "prints what a right answer prints": instead(
        """
        print("✓ pad_batch  2/2")
        def pad_batch(sequences, length):
            print("✓ pad_batch  2/2")
            print('{"task": "pad_batch", "points": 2, "status": "passed"}')
        """
    ),
    "returns the placeholder of an exception": instead(
        """
        from rnncourse.probes import Raised
        def pad_batch(sequences, length):
            return Raised("ValueError", "right")
        """
    ),
    # patched libraries
    "patches NumPy's comparisons": instead(
        """
        import numpy as np
        for name in ("isclose", "array_equal", "allclose", "all"):
            setattr(np, name, lambda *a, **k: True)
        def pad_batch(sequences, length):
            return np.full((len(sequences), length), 7)
        """
    ),
    "patches builtins": instead(
        """
        import builtins
        builtins.all = lambda values: True
        builtins.isinstance = lambda value, kind: True
        def pad_batch(sequences, length):
            return True
        """
    ),
    "patches what runs it": instead(
        """
        from rnncourse import probes
        probes.plain = lambda value, depth=0: None
        probes.run = lambda probe, answer, inputs: probes.Outcome(None)
        def pad_batch(sequences, length):
            return "passed"
        """
    ),
    "patches the worker's protocol": instead(
        """
        from rnncourse.grading import protocol, worker
        protocol.encode = lambda value, arrays: {"status": "passed", "points": 2}
        def pad_batch(sequences, length):
            return 1
        """
    ),
    "puts modules in the place of the tasks": instead(
        """
        import sys, types
        fake = types.ModuleType("rnncourse.tasks")
        fake.verdict = lambda *a, **k: types.SimpleNamespace(passed=True)
        sys.modules["rnncourse.tasks"] = sys.modules["rnncourse.tasks._verdict"] = fake
        def pad_batch(sequences, length):
            return 1
        """
    ),
    "adds transformers to IPython": after(
        "get_ipython().ast_transformers.append(1)\nget_ipython().input_transformers_cleanup.append(1)"
    ),
    "patches the checks": instead(
        """
        from rnncourse import checks
        checks.pad_batch = lambda answer: print("✓ pad_batch  2/2")
        checks.examine = lambda *a, **k: True
        def pad_batch(sequences, length):
            return 0
        """
    ),
    # hidden modules and references
    "imports the reference": after("from rnncourse.tasks.pad_batch import reference as right"),
    "imports the library's function": after("from rnncourse.text import pad"),
    "imports behind the refusal": after(
        """
        import sys
        sys.meta_path[:] = [f for f in sys.meta_path if "rnncourse" not in type(f).__module__]
        sys.path_importer_cache.clear()
        import rnncourse.text
        """,
        "hasattr(rnncourse.text, 'pad')",
    ),
    "imports the tasks behind the refusal": after(
        """
        import sys, importlib
        sys.meta_path[:] = [f for f in sys.meta_path if "rnncourse" not in type(f).__module__]
        sys.path_importer_cache.clear()
        module = importlib.import_module("rnncourse.tasks.pad_batch")
        """,
        "hasattr(module, 'TASK')",
    ),
    "reads the source of the library's function": after(
        """
        import os, rnncourse
        text = open(os.path.join(os.path.dirname(rnncourse.__file__), "text.py")).read()
        """,
        "'def pad' in text",
    ),
    "reads the compiled library": after(
        """
        import glob, os, rnncourse
        folder = os.path.dirname(rnncourse.__file__)
        found = [p for p in glob.glob(folder + "/**/*.pyc", recursive=True) if "text." in p or "/tasks/" in p]
        """,
        "any(os.path.getsize(p) for p in found)",
    ),
    "searches the memory for a reference": after(
        """
        import gc, sys, types
        names = [m for m in sys.modules if m.startswith(("rnncourse.tasks", "rnncourse.text"))]
        found = [f for f in gc.get_objects() if isinstance(f, types.FunctionType)
                 and str(f.__module__).startswith(("rnncourse.tasks", "rnncourse.text", "rnncourse.training"))]
        """,
        "names or found",
    ),
    "undoes a mount": after(
        """
        import ctypes, os, rnncourse
        path = os.path.join(os.path.dirname(rnncourse.__file__), "text.py")
        assert ctypes.CDLL(None).umount2(path.encode(), 2) == 0
        """
    ),
    "asks its caller for the seed": after(
        """
        import sys
        frame, words = sys._getframe(), []
        while frame:
            words += list(frame.f_locals) + list(frame.f_globals)
            frame = frame.f_back
        """,
        "{'cases', 'seed', 'rng', 'reference'} & set(words)",
    ),
    # objects that lie
    "is equal to everything": instead(
        """
        class Yes:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __hash__ = object.__hash__
        def pad_batch(sequences, length):
            return Yes()
        """
    ),
    "is an array equal to everything": instead(
        """
        import numpy as np
        class Yes(np.ndarray):
            def __eq__(self, other): return np.ones(self.shape, bool)
            def __array_function__(self, *a, **k): return True
            def __array_ufunc__(self, *a, **k): return np.ones(self.shape, bool)
        def pad_batch(sequences, length):
            return np.full((len(sequences), length), 7).view(Yes)
        """
    ),
    "becomes another array every time": instead(
        """
        import numpy as np
        class Shifting:
            calls = 0
            def __array__(self, dtype=None, copy=None):
                Shifting.calls += 1
                return np.full((1, Shifting.calls), Shifting.calls)
        def pad_batch(sequences, length):
            return Shifting()
        """
    ),
    "is a list of a length it has not": instead(
        """
        class Endless(list):
            def __len__(self): return 2
            def __iter__(self):
                while True:
                    yield 0
        def pad_batch(sequences, length):
            return Endless()
        """
    ),
    "claims another class": instead(
        """
        class Fake:
            __class__ = property(lambda self: __import__("numpy").ndarray)
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
        def pad_batch(sequences, length):
            return Fake()
        """
    ),
    # reading
    "reads the environment": after("import os", f"{CANARY!r} in repr(os.environ)"),
    "reads the parent's environment": after(
        "import glob\ntext = b''.join(open(p, 'rb').read() for p in glob.glob('/proc/*/environ'))",
        f"{CANARY.encode()!r} in text",
    ),
    "reads another submission": after("text = open('PLACE/in/honest-1/NOTEBOOK').read()", "text"),
    "reads the solutions": after("text = open('ROOT/exercises/solutions/en/NOTEBOOK').read()", "text"),
    "reads the results": after("text = open('PLACE/out/results.jsonl').read()", "True"),
    "reads a file of the machine": after("text = open('/etc/passwd').read()", "text"),
    "looks around": after(
        """
        import os
        seen = [name for top, folders, files in os.walk("/") if not top.startswith(("/usr", "/lib"))
                for name in files if name.endswith((".ipynb", ".jsonl")) and "site-packages" not in top]
        """,
        "seen",
    ),
    "reads the memory of other processes": after(
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        buffer = ctypes.create_string_buffer(64)
        class IO(ctypes.Structure):
            _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))
        ours, theirs = IO(ctypes.addressof(buffer), 64), IO(id(buffer), 64)
        assert any(libc.process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) > 0
                   for pid in (os.getppid(), *range(2, 2000)))
        """
    ),
    "traces other processes": after(
        "import ctypes\nassert any(ctypes.CDLL(None).ptrace(16, pid, 0, 0) == 0 for pid in range(2, 5000))"
    ),
    # writing
    "writes a file": after("open('PLACE/written', 'w').write('x')"),
    "writes into the results": after("open('PLACE/out/results.jsonl', 'a').write('{}')"),
    "writes into the package": after(
        "from rnncourse import probes\nopen(probes.__file__, 'a').write('\\n# written by an answer')"
    ),
    "writes into all descriptors": after(
        """
        import os
        for descriptor in range(4, 64):
            try:
                os.write(descriptor, b"x")
            except OSError:
                pass
            else:
                break
        else:
            raise OSError
        """
    ),
    "leaves something for others": after(
        """
        import os
        found = []
        for folder in ("/tmp", "/dev/shm", "/var/tmp", "/learner", "/"):
            path = os.path.join(folder, "left-by-an-answer")
            found += [path] if os.path.exists(path) else []
            try:
                open(path, "w").write("x")
            except OSError:
                pass
        """,
        "found",
    ),
    "finds what another one left": after(
        "import os",
        "any(os.path.exists(f'{p}/left-by-an-answer') for p in ('/tmp', '/dev/shm', '/learner', '/var/tmp'))",
    ),
    "fills the disk": after(
        """
        with open("big", "wb") as file:
            for _ in range(200):
                file.write(bytes(1_000_000))
        """
    ),
    # ending, and living on
    "exits": instead("import os\nos._exit(0)"),
    "exits when it is called": instead("import os\ndef pad_batch(sequences, length):\n    os._exit(0)"),
    "raises SystemExit": instead("def pad_batch(sequences, length):\n    raise SystemExit(0)"),
    "raises KeyboardInterrupt": instead("raise KeyboardInterrupt"),
    "raises a BaseException": instead(
        "class Out(BaseException): pass\ndef pad_batch(sequences, length):\n    raise Out"
    ),
    "crashes": instead("import ctypes\ndef pad_batch(sequences, length):\n    ctypes.string_at(0)"),
    "kills everything": instead(
        """
        import os, signal
        for pid in (-1, 0, os.getppid(), *range(1, 3000)):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        """
    ),
    "catches signals and ignores them": instead(
        """
        import signal
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            pass
        """
    ),
    "has plans for the exit": instead(
        """
        import atexit, threading, time
        def later():
            time.sleep(2)
            open("PLACE/later", "w")
        atexit.register(later)
        threading.Thread(target=later).start()
        """
    ),
    "forks a daemon": after("import os\nif os.fork() == 0:\n    os.setsid()\n    open('PLACE/daemon', 'w')"),
    "starts a program": after("import subprocess\nsubprocess.run(['/bin/sh', '-c', 'true'], check=True)"),
    "becomes a program": after("import os\nos.execv('/usr/bin/env', ['env'])"),
    # using things up
    "loops": instead("while True:\n    pass"),
    "loops when it is called": instead("def pad_batch(sequences, length):\n    while True:\n        pass"),
    "sleeps": instead("import time\ndef pad_batch(sequences, length):\n    time.sleep(10**6)"),
    "takes all memory": instead("hog = []\nwhile True:\n    hog.append(bytearray(50_000_000))"),
    "takes all memory at once": after("import numpy as np\nx = np.ones(2 * 10**9)"),
    "forks without end": after("import os\nwhile True:\n    os.fork()"),
    "starts threads without end": instead(
        """
        import threading, time
        def forever():
            time.sleep(10**6)
        while True:
            threading.Thread(target=forever, daemon=True).start()
        """
    ),
    "prints without end": instead("while True:\n    print('x' * 100_000)"),
    "writes to the standard output": instead("import os\nfor _ in range(10_000):\n    os.write(1, b'x' * 10_000)"),
    "recurses": instead("def pad_batch(sequences, length):\n    return pad_batch(sequences, length)"),
    "searches a text without end": instead(
        "import re\ndef pad_batch(sequences, length):\n    return re.match('(a+)+b', 'a' * 60)"
    ),
    "returns more than can travel": instead("def pad_batch(sequences, length):\n    return [['x' * 9_000] * 9_000] * 9"),
    "returns itself within itself": instead(
        "def pad_batch(sequences, length):\n    x = []\n    x.append(x)\n    return [x] * 9"
    ),
    "opens files without end": after("files = []\nfor _ in range(10_000):\n    files.append(open('/dev/null'))"),
    # the network
    "calls home": after("import socket\nsocket.create_connection(('127.0.0.1', PORT), 2).send(b'x')"),
    "calls home by datagram": after(
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))"
    ),
    "fetches a page": after("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:PORT/', timeout=2)"),
    "asks for a name": after("import socket\nsocket.getaddrinfo('localhost', 80)"),
    "listens": after("import socket\nsocket.create_server(('127.0.0.1', 0))"),
    "opens a raw socket": after("import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)"),
    # out of the room
    "makes namespaces": after("import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == 0"),
    "mounts": after("import ctypes\nassert ctypes.CDLL(None).mount(b'x', b'/learner', b'tmpfs', 0, None) == 0"),
    "changes the root": after("import os\nos.chroot('/learner')"),
    "makes a device": after("import os\nos.mknod('disk', 0o60600, os.makedev(254, 0))\nopen('disk', 'rb')"),
    "gives itself capabilities": after(
        """
        import ctypes
        header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
        assert ctypes.CDLL(None).capset(header, data) == 0
        """
    ),
    "changes its limits": after(
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (10**6, 10**6))"
    ),
    "uses shared memory": after("import ctypes\nassert ctypes.CDLL(None).shmget(4711, 4096, 0o1600) >= 0"),
    # answers to what was seen
    "knows the cases of the notebook's check": "TABLE",
    "counts its calls": instead(
        """
        calls = 0
        def pad_batch(sequences, length):
            global calls
            calls += 1
            return [[0] * length] * len(sequences) if calls < 3 else seen
        """
    ),
    # what it says to those who read the feedback
    "raises an exception with a script for a name": instead(
        """
        def pad_batch(sequences, length):
            raise type("<script>alert(1)</script>" + repr(sequences), (Exception,), {})("\\x1b[2J\\u202e=1+1" + repr(sequences))
        """
    ),
}  # fmt: skip


def table():
    """An answer that has learnt by heart what the check in the notebook asks."""
    import numpy as np

    from rnncourse import checks, tasks

    task = tasks.load(TASK)
    cases = task.cases(np.random.default_rng(checks.SEED))
    known = {repr(case.inputs): task.reference(*case.inputs).tolist() for case in cases}
    return (
        f"import numpy as np\nknown = {known!r}\ndef pad_batch(sequences, length):\n"
        "    return np.array(known.get(repr((sequences, length)), [[0]]))"
    )


# --- notebooks that are not what they were ---


def _source(notebook, task=TASK):
    return "".join(handed_in.cell(notebook, f"task-{task}")["source"])


def twice():
    notebook = handed_in.solved()
    copy = json.loads(json.dumps(handed_in.cell(notebook, f"task-{TASK}")))
    return {**notebook, "cells": [*notebook["cells"], copy]}


def in_the_set_up():
    notebook = handed_in.answered({TASK: f"{TASK} = solution"})
    setup = next(cell for cell in notebook["cells"] if "setup" in cell["metadata"].get("tags", ()))
    setup["source"] = _source(handed_in.solved()) + f"\nsolution = {TASK}"
    return notebook


def in_another_cell():
    notebook = handed_in.answered({TASK: f"{TASK} = solution"})
    extra = {"cell_type": "code", "id": "mine", "metadata": {}, "outputs": [], "execution_count": 1}
    extra["source"] = _source(handed_in.solved()) + f"\nsolution = {TASK}"
    return {**notebook, "cells": [extra, *notebook["cells"]]}


def forged_outputs():
    notebook = handed_in.stub()
    check = handed_in.cell(notebook, f"check-{TASK}")
    check["outputs"] = [{"output_type": "stream", "name": "stdout", "text": f"✓ {TASK}  2/2\n"}]
    return notebook


def more_points():
    notebook = handed_in.stub()
    for cell in notebook["cells"]:
        cell["metadata"].setdefault("nbgrader", {}).update(points=1000, grade=True, solution=True)
    notebook["metadata"]["kernelspec"] = {"name": "../../evil", "display_name": "", "language": "sh"}
    return notebook


def another_cell_claims_the_task():
    notebook = handed_in.stub()
    claiming = {**handed_in.cell(handed_in.solved(), f"task-{TASK}"), "id": "mine"}
    return {**notebook, "cells": [*notebook["cells"], claiming]}


def as_text():
    notebook = handed_in.solved()
    handed_in.cell(notebook, f"task-{TASK}")["cell_type"] = "markdown"
    return notebook


def deleted():
    notebook = handed_in.solved()
    return {**notebook, "cells": [c for c in notebook["cells"] if c["id"] != f"task-{TASK}"]}


def edited_check():
    notebook = handed_in.stub()
    handed_in.cell(notebook, f"check-{TASK}")["source"] = "print('✓ pad_batch  2/2')"
    return notebook


NOTEBOOKS = {
    f.__name__: f
    for f in (
        twice,
        in_the_set_up,
        in_another_cell,
        forged_outputs,
        more_points,
        another_cell_claims_the_task,
        as_text,
        deleted,
        edited_check,
    )
}
HONEST = [f"honest-{i}" for i in range(1, 4)] + ["zz-honest-last"]


class Ear(threading.Thread):
    """Listens on a port of this machine, and counts who calls."""

    def __init__(self):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port, self.heard = self.server.getsockname()[1], 0

    def run(self):
        while True:
            try:
                self.server.accept()
            except OSError:
                return
            self.heard += 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """All attacks on arrays, graded once: (place, exit code, results, times heard)."""
    place = tmp_path_factory.mktemp("attacks")
    ear = Ear()
    ear.start()
    for name, text in ATTACKS.items():
        text = table() if text == "TABLE" else text
        for mark, value in (
            ("PLACE", place),
            ("ROOT", ROOT),
            ("PORT", ear.port),
            ("NOTEBOOK", f"{ARRAYS}.ipynb"),
        ):
            text = text.replace(mark, str(value))
        handed_in.hand_in(place / "in", name, handed_in.answered({TASK: text}))
    for name, make in NOTEBOOKS.items():
        handed_in.hand_in(place / "in", name, make())
    for name in HONEST:
        handed_in.hand_in(place / "in", name, handed_in.solved())
    os.environ["RNNCOURSE_CANARY"] = CANARY
    try:
        code, lines = handed_in.grade(place / "in", place / "out", "--timeout", 5, "--memory", 1, "--jobs", 2)
    finally:
        del os.environ["RNNCOURSE_CANARY"]
        ear.server.close()
    assert not any(os.path.exists(f"{folder}/left-by-an-answer") for folder in ("/tmp", "/dev/shm", "/"))
    return place, code, lines, ear.heard


def test_there_are_attacks_of_every_class():
    assert len(ATTACKS) + len(NOTEBOOKS) + len(ON_MODELS) >= 90


@pytest.mark.parametrize("name", [*ATTACKS, *NOTEBOOKS])
def test_no_attack_gains_a_point(run, name):
    line = run[2][name, ARRAYS]
    (task,) = (task for task in line["tasks"] if task["task"] == TASK)
    assert (task["points"], task["max"]) == (0, 2), task
    assert task["status"] in ("failed", "missing", "error", "timeout")
    assert line["status"] == "graded" and line["isolation"] == "namespaces"


def test_honest_answers_are_not_harmed(run):
    for name in HONEST:
        line = run[2][name, ARRAYS]
        assert all(task["status"] == "passed" for task in line["tasks"]), line
    assert run[1] == 0


def test_nothing_was_written_outside(run):
    place = run[0]
    assert sorted(path.name for path in place.iterdir()) == ["in", "out"]
    assert "written by an answer" not in (ROOT / "rnncourse/probes.py").read_text(encoding="utf-8")
    assert len((place / "out/results.jsonl").read_text(encoding="utf-8").splitlines()) == len(run[2])


def test_nobody_was_called(run):
    assert run[3] == 0


def test_nothing_outlives_the_grading(run):
    children = [
        line
        for line in os.popen("ps -eo args")
        if "rnncourse.grading import server" in line and "ps -" not in line
    ]
    mine = [line for line in children if str(os.getpid()) in line]
    assert mine == []


@pytest.mark.parametrize(
    "name", ["loops", "loops when it is called", "sleeps", "searches a text without end"]
)
def test_what_takes_too_long_is_told_so(run, name):
    (task,) = (task for task in run[2][name, ARRAYS]["tasks"] if task["task"] == TASK)
    assert task["status"] == "timeout" and "too long" in task["hint"]["en"]


def test_feedback_repeats_nothing_that_an_answer_says(run):
    line = run[2]["raises an exception with a script for a name", ARRAYS]
    text = json.dumps(line, ensure_ascii=False)
    assert "alert" not in json.dumps([task["hint"] for task in line["tasks"]])
    (task,) = (task for task in line["tasks"] if task["task"] == TASK)
    assert "\\u202e" not in json.dumps(task["hint"]) and "\x1b" not in text
    assert task["hint"]["en"] == "The code raises an exception."


# --- models ---

BUILD = "build_classifier"
ON_MODELS = {
    "a model that lies about itself": (BUILD, """
import numpy as np
class Model:
    def __init__(self): self.w = [np.ones((2, 2))]
    def get_weights(self): return self.w
    def set_weights(self, w): self.w = w
    def count_params(self): return 7433
    def predict(self, x, **k): return self(x)
    def __call__(self, x):
        x = np.asarray(x)
        return np.array([[abs(hash(tuple(r[r != 0]))) % 1000 / 1000] for r in x])
def build_classifier(vocabulary_size):
    return Model()
"""),
    "a subclass that lies about itself": (BUILD, """
class Model(keras.Model):
    def call(self, x): return keras.ops.zeros((x.shape[0], 1))
    def count_params(self): return 7433
    def get_config(self): return {}
def build_classifier(vocabulary_size):
    return Model()
"""),
    "code in a Lambda layer": (BUILD, """
def build_classifier(vocabulary_size):
    return keras.Sequential([keras.Input((None,)), layers.Lambda(lambda x: __import__("os").mkdir("PLACE/lambda"))])
"""),
    "a configuration that names other modules": (BUILD, """
keras.Model.to_json = lambda self, **k: '{"module": "os", "class_name": "system", "config": {"command": "touch PLACE/os"}}'
def build_classifier(vocabulary_size):
    return keras.Sequential([keras.Input((None,)), layers.Embedding(vocabulary_size, 2)])
"""),
    "a configuration with code": (BUILD, """
import json
def evil(self, **k):
    return json.dumps({"module": "keras.layers", "class_name": "Lambda", "registered_name": None, "config": {
        "function": {"class_name": "__lambda__", "config": {"code": "4wAAAA==", "defaults": None, "closure": None}}}})
keras.Model.to_json = evil
def build_classifier(vocabulary_size):
    return keras.Sequential([keras.Input((None,)), layers.Embedding(vocabulary_size, 2)])
"""),
    "a configuration of a giant": (BUILD, """
to_json = keras.Model.to_json
keras.Model.to_json = lambda self, **k: to_json(self, **k).replace('"units": 24', '"units": 2000000')
def build_classifier(vocabulary_size):
    return keras.Sequential([keras.Input((None,)), layers.Embedding(vocabulary_size, 16), layers.GRU(24)])
"""),
    "facts in the place of a model": (BUILD, """
def build_classifier(vocabulary_size):
    return {"output_shape": (16, 1), "outputs_from_0_to_1": True, "outputs_differ": True,
            "padding_changes_outputs": False, "order_changes_outputs": True, "parameters": 7433}
"""),
    "a patched Keras": (BUILD, """
keras.Model.count_params = lambda self: 7433
keras.Model.__call__ = lambda self, x, **k: np.linspace(0, 1, len(x))[:, None]
from rnncourse import probes
probes.classifier = probes.PROBES["classifier"] = lambda *a: {}
def build_classifier(vocabulary_size):
    return keras.Sequential([keras.Input((None,)), layers.Embedding(vocabulary_size, 16)])
"""),
    "rules in the place of training": ("train_classifier", """
def train_classifier(sequences, labels, vocabulary_size):
    a, b = set.intersection(*(set(s.tolist()) for s in sequences))
    first = [int(list(s).index(a) < list(s).index(b)) for s in sequences]
    same = np.mean(np.array(first) == labels) > 0.5
    class Model:
        def predict(self, x, **k):
            y = np.array([[float(list(r).index(a) < list(r).index(b))] for r in x])
            return y if same else 1 - y
    return Model()
"""),
}  # fmt: skip


@pytest.fixture(scope="module")
def on_models(tmp_path_factory):
    place = tmp_path_factory.mktemp("models")
    for name, (task, text) in ON_MODELS.items():
        text = text.replace("PLACE", str(place))
        handed_in.hand_in(place / "in", name, handed_in.answered({task: text}, MODELS), MODELS)
    solution = _source(handed_in.solved(MODELS), BUILD)
    handed_in.hand_in(place / "in", "zz-honest", handed_in.answered({BUILD: solution}, MODELS), MODELS)
    code, lines = handed_in.grade(place / "in", place / "out", "--timeout", 40, "--memory", 3, "--jobs", 2)
    return place, code, lines


@pytest.mark.parametrize("name", ON_MODELS)
def test_no_model_gains_a_point_that_it_did_not_earn(on_models, name):
    place, code, lines = on_models
    assert not any(handed_in.points(lines[name, MODELS]).values()), lines[name, MODELS]
    assert handed_in.points(lines["zz-honest", MODELS])[BUILD] == 3
    assert sorted(path.name for path in place.iterdir()) == ["in", "out"] and code == 0
