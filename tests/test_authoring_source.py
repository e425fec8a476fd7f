"""Sources with mistakes get an error with file and line; sources without any are read cell by cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_course import CHAPTER, EXERCISE, TITLES

from rnncourse.authoring.exercise import check_no_tasks, check_tasks, remove_solution
from rnncourse.authoring.languages import check_languages, select, titles
from rnncourse.authoring.source import SourceError, read_source


def read(tmp_path, text):
    path = tmp_path / "source.py"
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def check_all(source):
    check_languages(source)
    check_tasks(source)


def prose(chinese, english):
    """A source with a title and one more pair of prose cells, the English one in line 15."""
    cells = [("zh", chinese), ("en", english)]
    return TITLES + "".join(
        f'# %% [markdown] lang="{language}"\n' + "".join(f"# {line}\n" for line in text.split("\n")) + "\n"
        for language, text in cells
    )


def test_cells_know_their_lines_and_metadata(tmp_path):
    code = '# %% tags=["measured"] claims=[29, 31]\n\nx = """\n# %% no marker\n"""\n'
    source = read(tmp_path, TITLES + code)
    cell = source.cells[2]
    assert [c.line for c in source.cells] == [1, 6, 11]
    assert (cell.first_line, cell.tags, cell.claims) == (13, ("measured",), (29, 31))
    assert cell.text == 'x = """\n# %% no marker\n"""'
    assert source.cells[0].text == "# 标题\n\n隐状态 $h_t$。"


def test_an_edition_has_its_prose_and_all_code(tmp_path):
    source = read(tmp_path, EXERCISE)
    chinese, english = select(source, "zh"), select(source, "en")
    assert [c.text for c in chinese if c.kind == "code"] == [c.text for c in english if c.kind == "code"]
    assert {c.language for c in english if c.kind == "markdown"} == {"en"}
    assert titles(source) == {"zh": "标题", "en": "Title"}


PAIR = '# %% [markdown] lang="zh"\n# 甲\n'
TWIN = '# %% [markdown] lang="en"\n# A\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 1\n" + CHAPTER, 1, "before the first cell"),
        (TITLES + "# %%\n\n", 11, "empty"),
        (TITLES + "# %%\nplot(x);\n", 11, "ends with ';'"),
        (TITLES + "# %% [raw]\n# x\n", 11, "raw"),
        (TITLES + '# %% tag=["measured"]\nx = 1\n', 11, "'tag'"),
        (TITLES + "# %% A heading\nx = 1\n", 11, "'A heading'"),
        (TITLES + '# %% tags=["mesured"]\nx = 1\n', 11, "mesured"),
        (TITLES + '# %% tags="measured"\nx = 1\n', 11, "not of type 'array'"),
        (TITLES + '# %% claims=["29"]\nx = 1\n', 11, "list of int"),
        (TITLES + '# %% [markdown] lang="zh" task="x"\n# x\n', 11, "'task'"),
        (TITLES + "# %% [markdown] lang=zh\n# x\n", 11, "lang=zh"),
        (TITLES + '# %%\nx = """open\n', 12, "not Python"),
        (TITLES + PAIR, 11, "no twin"),
        (TITLES + PAIR + "# %%\nx = 1\n" + TWIN, 11, "no twin"),
        (TITLES + TWIN + PAIR, 11, "no twin"),
        (TITLES + PAIR + PAIR + TWIN, 11, "no twin"),
        (TITLES + "# %% [markdown]\n# x\n", 11, 'lang="zh"'),
        (TITLES + '# %% [markdown] lang="fr"\n# x\n', 11, "'fr'"),
        (PAIR + TWIN, 1, "no title"),
        ("# %%\nx = 1\n" + TITLES, 1, "no title"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, text, line, said):
    with pytest.raises(SourceError) as error:
        check_all(read(tmp_path, text))
    assert f"source.py:{line}: " in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("chinese", "english", "said"),
    [
        ("## 甲", "### A", "heading levels"),
        ("## 甲", "A", "heading levels"),
        ("## 甲\n### 乙", "### B\n## A", "heading levels"),
        ("门 $i$ 和 $f$", "the gate $i$", "formulas in the text"),
        ("$h_t$", "$h_{t}$", "formulas in the text"),
        ("$$a + b$$", "$$a - b$$", "displayed formulas"),
        ("$$a$$\n$$b$$", "$$b$$\n$$a$$", "displayed formulas"),
    ],
)
def test_twins_that_differ_are_refused_at_the_english_one(tmp_path, chinese, english, said):
    with pytest.raises(SourceError) as error:
        check_languages(read(tmp_path, prose(chinese, english)))
    assert said in str(error.value)
    assert f"source.py:{14 + chinese.count(chr(10))}: " in str(error.value)


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        (
            "$h_t$ 由 $x_t$ 决定",
            "$x_t$ decides $h_t$, and $h_t$ only",
        ),  # order and repetition are the language's
        ("$$ a +\nb $$", "$$a + b$$"),
        (r"$\text{若} x$", r"$\text{if } x$"),
        ("```\n# 注释 $x$\n```", "```\n# a comment\n```"),
        ("`$PATH`", "the path"),
        (r"价格 \$5", r"it costs \$5, or \$6"),
    ],
)
def test_twins_that_say_the_same_pass(tmp_path, chinese, english):
    check_languages(read(tmp_path, prose(chinese, english)))


SETUP, TASK, CHECK = EXERCISE.removeprefix(TITLES).split("\n\n")


@pytest.mark.parametrize(
    ("cells", "line", "said"),
    [
        ([TASK], 11, "no check"),
        ([CHECK], 11, "no task"),
        ([CHECK.strip(), TASK], 11, "no task"),
        ([TASK, TASK, CHECK], 18, "line 11"),
        ([TASK, CHECK.strip(), CHECK], 21, "line 18"),
        ([TASK.replace("    # END SOLUTION", ""), CHECK], 11, "END SOLUTION"),
        ([TASK.replace("    # BEGIN SOLUTION", ""), CHECK], 11, "BEGIN SOLUTION"),
        (
            [TASK.replace("    # BEGIN SOLUTION", "").replace("    # END SOLUTION", ""), CHECK],
            11,
            "no solution",
        ),
        (["# %%\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION"], 11, "outside"),
        ([TASK, '# %% check="double"\nprint(double(2))'], 18, "check.double("),
        ([TASK.replace('task="double"', 'task="Double it"'), CHECK], 11, "Python name"),
        ([TASK.replace('task="double"', 'task="double" check="double"'), CHECK], 11, "not both"),
    ],
)
def test_tasks_and_checks_belong_together(tmp_path, cells, line, said):
    with pytest.raises(SourceError) as error:
        check_tasks(read(tmp_path, TITLES + "\n\n".join(cells) + "\n"))
    assert f"source.py:{line}: " in str(error.value)
    assert said in str(error.value)


def test_a_chapter_holds_no_task(tmp_path):
    with pytest.raises(SourceError, match=r"source\.py:11: .*exercises/source"):
        check_no_tasks(read(tmp_path, EXERCISE))


def test_the_stub_keeps_all_but_the_solution():
    begin, end = "def f(x):\n    '''Doc.'''\n", "\n\nz = 1"
    solution = "    # BEGIN SOLUTION\n    y = x\n    return y\n    # END SOLUTION"
    assert (
        remove_solution(begin + solution + end)
        == f'{begin}    raise NotImplementedError("your code here"){end}'
    )


@given(
    before=st.lists(st.sampled_from(["a = 1", "", "# note"]), max_size=3),
    secret=st.lists(st.sampled_from(["secret = 1", "    secret", "# secret", ""]), max_size=4),
    after=st.lists(st.sampled_from(["b = 2", "", "    c = 3"]), max_size=3),
    indent=st.sampled_from(["", "    ", "        "]),
)
def test_nothing_of_a_solution_stays(before, secret, after, indent):
    text = "\n".join([*before, indent + "# BEGIN SOLUTION", *secret, indent + "# END SOLUTION", *after])
    stub = remove_solution(text)
    assert "secret" not in stub and "SOLUTION" not in stub
    assert stub.split("\n") == [*before, indent + 'raise NotImplementedError("your code here")', *after]
