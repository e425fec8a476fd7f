"""README files and the index follow the sources and the repository's address."""

import nbformat
from tiny_course import CHAPTER, EXERCISE, write_course

from rnncourse.authoring.lists import outdated_lists

MARKED = """Before.
<!-- chapters -->
old
<!-- /chapters -->
Between.
<!-- badges -->
<!-- /badges -->
After.
"""


def course_with(root, **files):
    builder = write_course(root, chapters={"1_a": CHAPTER, "2_b": CHAPTER}, exercises={"2_b": EXERCISE})
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_zh", ".zh")
        path.with_suffix(path.suffix + ".md").write_text(text, encoding="utf-8")
    return builder


def outdated(builder):
    return outdated_lists(builder.course, builder.repository)


def test_tables_name_every_chapter_and_exercise(tmp_path):
    text = outdated(course_with(tmp_path, README=MARKED))["README.md"]
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(rows) == 2 and "old" not in text
    assert rows[0].startswith("| [Title](chapters/en/1_a.ipynb) | ") and rows[0].endswith("|  |  |")
    assert "[Title](exercises/en/2_b.ipynb)" in rows[1]
    assert "github/someone/tiny/blob/main/exercises/en/2_b.ipynb" in rows[1]
    assert "gh/someone/tiny/HEAD?urlpath=lab/tree/chapters/en/2_b.ipynb" in rows[1]
    assert all(part in text for part in ("Before.", "Between.", "After."))
    assert text.count("chapters/en/1_a.ipynb") == 5  # title; badges in the table; badges of the course


def test_each_file_has_its_language_and_its_folder(tmp_path):
    builder = course_with(
        tmp_path, README_zh=MARKED, chapters__README=MARKED.replace("-- chapters --", "-- chapters zh --")
    )
    texts = outdated(builder)
    assert "[标题](chapters/zh/1_a.ipynb)" in texts["README.zh.md"]
    assert "[标题](zh/1_a.ipynb)" in texts["chapters/README.md"]
    assert "[标题](../exercises/zh/2_b.ipynb)" in texts["chapters/README.md"]


def test_what_is_up_to_date_or_unmarked_is_left_alone(tmp_path):
    builder = course_with(tmp_path, README=MARKED, README_zh="No marks.\n")
    for name, text in outdated(builder).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert outdated(builder) == {}


def test_addresses_follow_the_repository(tmp_path):
    text = "git clone https://github.com/a/b-c.d && cd b-c.d\n`pip install 'x @ git+https://github.com/a/b-c.d'`.\n"
    expected = text.replace("a/b-c.d", "someone/tiny").replace("cd b-c.d", "cd tiny")
    assert outdated(course_with(tmp_path, CONTRIBUTING=text))["CONTRIBUTING.md"] == expected


def test_the_index_is_a_notebook_that_links_both_editions(tmp_path):
    notebook = nbformat.reads(outdated(course_with(tmp_path))["chapters/index.ipynb"], as_version=4)
    nbformat.validate(notebook)
    chinese, english = (cell.source for cell in notebook.cells)
    assert chinese.startswith("# 目录\n\n- [标题](zh/1_a.ipynb)\n- [标题](zh/2_b.ipynb)\n")
    assert english.endswith("- [Title](en/2_b.ipynb)\n  - Exercises: [Title](../exercises/en/2_b.ipynb)")
