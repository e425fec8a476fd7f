"""What the README promises of a new machine: the files that set the course up do set it up."""

import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _exact_versions():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split(";")[0].strip().split("==") for line in lines if line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): Version(version) for name, version in pairs}


def _requirements():
    extras = PROJECT["optional-dependencies"].values()
    listed = PROJECT["dependencies"] + [line for extra in extras for line in extra]
    return [requirement for requirement in map(Requirement, listed) if requirement.name != "rnncourse"]


def test_every_dependency_has_bounds_and_an_exact_version_within_them():
    exact = _exact_versions()
    for requirement in _requirements():
        operators = {spec.operator for spec in requirement.specifier}
        assert {">=", "<"} <= operators, f"{requirement.name}: give a lower and an upper bound"
        if requirement.name in exact:
            assert exact[requirement.name] in requirement.specifier, (
                f"{requirement} excludes the version in constraints.txt"
            )
    assert {
        "keras",
        "tensorflow",
        "tensorflow-cpu",
        "jupyterlab",
        "ipywidgets",
        "nbval",
        "matplotlib",
    } <= set(exact)


@pytest.mark.parametrize(
    ("platform", "machine", "expected"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
        ("win32", "AMD64", "tensorflow"),
    ],
)
def test_exactly_one_tensorflow_on_each_system(platform, machine, expected):
    system = {"sys_platform": platform, "platform_machine": machine}
    chosen = [
        requirement.name
        for requirement in map(Requirement, PROJECT["optional-dependencies"]["lab"])
        if requirement.name.startswith("tensorflow") and requirement.marker.evaluate(system)
    ]
    assert chosen == [expected]


def test_a_plain_installation_leaves_tensorflow_alone():
    assert not [line for line in PROJECT["dependencies"] if line.startswith("tensorflow")]


def test_no_file_names_a_package_registry():
    pattern = re.compile(r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|repo[.]anaconda")
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    texts = [
        path
        for path in tracked
        if Path(path).suffix in {".py", ".md", ".toml", ".yml", ".txt", ".cfg", ".ipynb", ""}
    ]
    named = [path for path in texts if pattern.search((ROOT / path).read_text("utf-8"))]
    assert named == []


def _pip_lines():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    return next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))


@pytest.mark.slow
def test_environment_yml_installs_in_a_fresh_environment(tmp_path):
    """Its pip part, installed from a copy of the tracked files: pip and the doctor find nothing wrong."""
    copy = tmp_path / "rnncourse"
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, tracked.split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (copy / "pip-part.txt").write_text("\n".join(_pip_lines()), "utf-8")
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run = subprocess.run([*pip, "install", "-r", "pip-part.txt"], cwd=copy, capture_output=True, text=True)
    if run.returncode and re.search(r"NewConnectionError|ConnectTimeout|Temporary failure", run.stderr):
        pytest.skip("no package registry within reach: " + run.stderr.strip().splitlines()[-1])
    assert run.returncode == 0, run.stderr[-2000:]
    subprocess.run([*pip, "check"], cwd=copy, check=True)
    command = [tmp_path / "fresh" / "bin" / "rnncourse", "doctor"]
    doctor = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "TensorFlow, Keras" in doctor.stdout
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def test_the_makefile_refuses_other_pythons(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.1" && exit 0\nexit 1\n')
    old.chmod(0o755)
    run = subprocess.run(
        ["make", "lab", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in run.stdout + run.stderr
    assert "Python 3.9.1" in run.stdout + run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="make is not part of Windows")
def test_a_second_make_has_nothing_to_do(tmp_path):
    """With the stamps in place, `make test` installs nothing: the dry run names no pip."""
    environment = tmp_path / "venv"
    (environment / "bin").mkdir(parents=True)
    for stamp in ("bin/python", ".lab", ".test"):
        (environment / stamp).touch()
    run = subprocess.run(
        ["make", "-n", "test", f"VENV={environment}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "pip install" not in run.stdout
