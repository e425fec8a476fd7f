"""The command: exit codes, one readable line for a mistake, a report of what is missing."""

import subprocess
import sys

import pytest
from tiny_course import CHAPTER, TITLES, write_course

import rnncourse
from rnncourse import cli, doctor, language


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """The command sets the reader's language from the locale; put it back."""
    before = language.current()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield
    language.use(before)


def test_help_is_instant_and_names_the_commands():
    code = "import sys; from rnncourse import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
    heavy = "print(sorted({'numpy', 'keras', 'matplotlib', 'nbformat', 'jupytext'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code + heavy], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("[]\n")
    assert "build" in run.stdout and "doctor" in run.stdout


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"rnncourse {rnncourse.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["bild"], ["build", "--language", "fr"]])
def test_a_wrong_call_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: rnncourse" in capsys.readouterr().err


def test_build_outside_a_checkout_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["build"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("rnncourse: ") and error.count("\n") == 1


def test_build_names_the_line_of_a_mistake(tmp_path, monkeypatch, capsys):
    write_course(tmp_path, chapters={"1_a": TITLES + '# %% tags=["mesured"]\nx = 1\n'})
    monkeypatch.chdir(tmp_path)
    for arguments in (["build", "1_a"], ["build", "--check"]):
        assert cli.main(arguments) == 2
        captured = capsys.readouterr()
        assert "1_a.py:11: unknown tag 'mesured'" in captured.err and "Traceback" not in captured.err


def test_check_lists_what_is_stale_and_builds_nothing(tmp_path, monkeypatch, capsys):
    write_course(tmp_path, chapters={"1_a": CHAPTER})
    monkeypatch.chdir(tmp_path / "chapters")
    assert cli.main(["build", "--check", "--language", "en"]) == 1
    assert capsys.readouterr().out == "chapters/en/1_a.ipynb: stale\nchapters/index.ipynb: stale\n"
    assert not list(tmp_path.rglob("*.ipynb"))


def test_check_of_a_course_without_sources_is_well(tmp_path, monkeypatch):
    write_course(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["build", "--check"]) == 0


def test_doctor_finds_this_machine_well(capsys):
    code = cli.main(["doctor", "--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert (code == 0) == all(line.startswith("✓") for line in lines)
    assert any(line.startswith("✓ embedded data: reviews zh 17,") for line in lines)
    assert any("RNNCourse Sans SC" in line for line in lines)


def test_doctor_speaks_the_language_of_the_locale(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    cli.main(["doctor", "--quick"])
    assert "内置数据" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("finding", "well"),
    [
        (doctor.check_python((3, 11, 4)), True),
        (doctor.check_python((3, 10, 9)), False),
        (doctor.check_python((3, 14, 0)), False),
        (doctor.check_machine(2, 1.9), True),
        (doctor.check_machine(2, None), True),
        (doctor.check_machine(2, 0.4), False),
    ],
)
def test_doctor_judges_and_advises(finding, well):
    assert finding.well == well
    assert ("→ " + finding.advice in str(finding)) != well


@pytest.mark.parametrize("check", [doctor.check_jupyter, doctor.check_tensorflow])
def test_doctor_says_how_to_install_what_is_missing(check, monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    finding = check()
    assert not finding.well and "rnncourse[lab]" in str(finding)


def test_doctor_exits_with_1_where_something_is_wrong(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    assert cli.main(["doctor", "--quick"]) == 1
    assert "✗ JupyterLab" in capsys.readouterr().out


def test_doctor_reports_damaged_data(monkeypatch):
    from rnncourse import datasets

    def damaged(name):
        raise EOFError("file ended early")

    monkeypatch.setattr(datasets, "load_reviews", damaged)
    finding = doctor.check_data()
    assert not finding.well and "file ended early" in finding.found


def test_doctor_survives_a_keras_that_kills_its_process(monkeypatch):
    monkeypatch.setattr(doctor, "_BACKEND", "import os; os.abort()")
    finding = doctor.check_backend()
    assert not finding.well and "exit code" in finding.found
