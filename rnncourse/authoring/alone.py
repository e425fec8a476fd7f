"""The proof that an answer stands alone: it uses only its own names and those of the set-up."""

import nbformat

from rnncourse.authoring.store import code_cells

RULE = 'answers use only names of their own and of the set-up (first code cell, cells tagged "setup")'
_RUN_ALONE = '''
def _rnncourse_alone(*texts):
    """Run the texts one after the other in names of their own."""
    shell, names = get_ipython(), {"__name__": "__main__"}
    for text in texts:
        code = shell.transform_cell(text)
        exec(compile(code, shell.compile.cache(code), "exec"), names)
'''


def proof_cells(notebook):
    """Code cells that, at the end of `notebook`, run each answer and its check after nothing but the set-up.

    Returns {task: cell}; running them costs one more run of each answer, in the same kernel.
    """
    setup = [cell.source for cell in code_cells(notebook) if _ours(cell).get("setup")]
    answers = {_ours(cell)["task"]: cell.source for cell in code_cells(notebook) if "task" in _ours(cell)}
    checks = {_ours(cell)["check"]: cell.source for cell in code_cells(notebook) if "check" in _ours(cell)}
    return {task: _proof([*setup, answer, checks[task]]) for task, answer in answers.items()}


def _proof(texts):
    call = f"_rnncourse_alone(*{texts!r})"
    return nbformat.v4.new_code_cell(_RUN_ALONE + call)


def _ours(cell):
    return cell.metadata.get("rnncourse", {})
