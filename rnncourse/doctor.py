"""`rnncourse doctor`: does this machine have what the course needs, and if not, what to do."""

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata

from rnncourse.language import choose

_PYTHON = ((3, 11), (3, 13))
_MEMORY = 1.5  # GB, what the largest chapter may take
_TENSORFLOW = ("tensorflow-cpu", "tensorflow")  # one module, several distributions
_IMPORT_TIMEOUT = 180  # seconds
_BACKEND = """
import rnncourse
rnncourse.start("en")
import keras
total = float(keras.ops.sum(keras.ops.ones((2, 3))))
assert total == 6, total
print(keras.backend.backend(), keras.__version__)
"""


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, whether it is well, what was found, what to do if not."""

    subject: str
    well: bool
    found: str
    advice: str = ""

    def __str__(self):
        mark = "✓" if self.well else "✗"
        return f"{mark} {self.subject}: {self.found}" + ("" if self.well else f"\n    → {self.advice}")


def examine(*, quick=False):
    """The Findings on this machine, one after the other; `quick` leaves out the import of Keras (5–20 s)."""
    yield check_python(sys.version_info)
    yield check_machine(_cores(), _memory())
    yield check_jupyter()
    yield check_kernel()
    yield check_data()
    yield check_font()
    yield check_tensorflow()
    if not quick:
        yield check_backend()


def check_python(version):
    """Is `version` (major, minor, ...) one that the course is tested with?"""
    first, last = (".".join(map(str, v)) for v in _PYTHON)
    well = _PYTHON[0] <= tuple(version[:2]) <= _PYTHON[1]
    advice = choose(
        zh=f"请安装 Python {first} 至 {last}，再重新建立环境",
        en=f"install a Python from {first} to {last} and make the environment anew",
    )
    return Finding("Python", well, f"{'.'.join(map(str, version[:3]))} ({sys.executable})", advice)


def check_machine(cores, memory):
    """Are there enough cores and free memory (in GB; None: unknown)?"""
    free = choose(zh="未知", en="unknown") if memory is None else f"{memory:.1f} GB"
    found = choose(zh=f"{cores} 个核，可用内存 {free}", en=f"{cores} cores, free memory {free}")
    advice = choose(
        zh=f"最大的一章需要 {_MEMORY} GB：请关闭其他程序，或在 Colab 中打开课程",
        en=f"the largest chapter takes {_MEMORY} GB: close other programs, or open the course in Colab",
    )
    return Finding(choose(zh="计算机", en="machine"), memory is None or memory >= _MEMORY, found, advice)


def check_jupyter():
    """Is JupyterLab installed?"""
    version = _version("jupyterlab")
    return Finding("JupyterLab", version is not None, version or _missing(), _install_advice())


def check_kernel():
    """Does the kernel "python3", which the notebooks name, run this Python?"""
    subject = choose(zh="内核", en="kernel")
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Finding(subject, False, _missing(), _install_advice())
    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding(subject, False, _missing(), f"{sys.executable} -m pip install ipykernel")
    # A bare name means the Python that starts the kernel.
    well = not os.path.isabs(command) or os.path.realpath(command) == os.path.realpath(sys.executable)
    advice = choose(
        zh=f"内核 python3 属于另一个 Python；请运行 {sys.executable} -m ipykernel install --sys-prefix",
        en=f"python3 belongs to another Python; run {sys.executable} -m ipykernel install --sys-prefix",
    )
    return Finding(subject, well, f"python3 ({command})", advice)


def check_data():
    """Can the embedded reviews of both languages be read?"""
    subject = choose(zh="内置数据", en="embedded data")
    advice = choose(
        zh="安装包已损坏，请重新安装 rnncourse", en="the installation is damaged: install rnncourse anew"
    )
    try:
        from rnncourse import datasets

        counts = [f"{language} {len(datasets.load_reviews(language)):,}" for language in ("zh", "en")]
    except Exception as error:  # whatever is wrong with a file, it belongs into the report
        return Finding(subject, False, f"{type(error).__name__}: {error}", advice)
    return Finding(subject, True, choose(zh="评论 ", en="reviews ") + ", ".join(counts))


def check_font():
    """Does matplotlib find the embedded font with the Chinese glyphs?"""
    subject = choose(zh="图中字体", en="font of figures")
    advice = choose(
        zh="安装包已损坏，请重新安装 rnncourse", en="the installation is damaged: install rnncourse anew"
    )
    try:
        from matplotlib import font_manager

        from rnncourse import style

        style.use_figure_style()
        font_manager.findfont(style.FONT_FAMILY, fallback_to_default=False)
    except Exception as error:
        return Finding(subject, False, f"{type(error).__name__}: {error}", advice)
    return Finding(subject, True, style.FONT_FAMILY)


def check_tensorflow():
    """Are TensorFlow and Keras installed? They are not imported here."""
    versions = {name: _version(name) for name in (*_TENSORFLOW, "keras")}
    found = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    well = bool(versions["keras"]) and any(versions[name] for name in _TENSORFLOW)
    return Finding("TensorFlow, Keras", well, found or _missing(), _install_advice())


def check_backend():
    """Does Keras compute? In a process of its own, for a build that does not fit the processor kills it."""
    subject = choose(zh="Keras 后端", en="Keras backend")
    advice = choose(
        zh="请重新安装 TensorFlow；若仍失败，可能是处理器过旧，请改用 Colab",
        en="install TensorFlow anew; if that does not help the processor may be too old: use Colab",
    )
    command = [sys.executable, "-P", "-c", _BACKEND]  # -P: no folder here that is called rnncourse
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_IMPORT_TIMEOUT)
    except subprocess.TimeoutExpired:
        return Finding(subject, False, choose(zh="超时", en=f"no answer in {_IMPORT_TIMEOUT} s"), advice)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or [f"exit code {result.returncode}"])[-1]
        return Finding(subject, False, last, advice)
    return Finding(subject, True, result.stdout.strip())


def _version(distribution):
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _memory():
    """Free memory in GB, None where it cannot be told."""
    try:
        import psutil
    except ImportError:
        return None
    return psutil.virtual_memory().available / 1e9


def _missing():
    return choose(zh="没有安装", en="not installed")


def _install_advice():
    command = f'{sys.executable} -m pip install "rnncourse[lab]"'
    return choose(
        zh=f"在课程目录中运行 make lab，或 {command}", en=f"run make lab in the course's folder, or {command}"
    )
