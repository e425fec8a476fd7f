"""Courses of a few cells for the tests of the builder."""

from rnncourse.authoring.build import open_builder

TITLES = """\
# %% [markdown] lang="zh"
# # 标题
#
# 隐状态 $h_t$。

# %% [markdown] lang="en"
# # Title
#
# The hidden state $h_t$.

"""
CHAPTER = (
    TITLES
    + """\
# %%
print(sum(range(5)))
"""
)
EXERCISE = (
    TITLES
    + """\
# %% tags=["setup"]
from types import SimpleNamespace
check = SimpleNamespace(double=lambda answer: print(answer(4) == 8))

# %% task="double"
def double(x):
    \"\"\"Twice x. About 1 line.\"\"\"
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION

# %% check="double"
check.double(double)
"""
)
PROJECT = '[project]\nname = "tiny"\n[project.urls]\nRepository = "https://github.com/someone/tiny"\n'


def write_course(root, *, chapters=None, exercises=None):
    """A checkout at `root` with the given sources ({name: text}). Returns its Builder (3 points a task)."""
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    for folder, sources in (("chapters", chapters or {}), ("exercises", exercises or {})):
        (root / folder / "source").mkdir(parents=True, exist_ok=True)
        for name, text in sources.items():
            (root / folder / "source" / f"{name}.py").write_text(text, encoding="utf-8")
    return open_builder(root, points=lambda name: 3)


def quiet(line):
    """For `build(..., say=quiet)`."""
