"""Runs a notebook in a kernel of this interpreter and keeps only outputs that readers should see."""

import asyncio
import contextlib
import re
import signal
import tempfile
from pathlib import Path

import nbformat

TIMEOUT = 900  # seconds a cell: far above what a chapter may take, so that only a hang ends here
_WIDGET = "application/vnd.jupyter.widget-view+json"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ERROR_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}|<Axes\b")


class CellFailure(Exception):
    """The cell number `place` failed: `message` says how, `line` where in it (counted from 1)."""

    def __init__(self, place, message, line=None):
        super().__init__(message)
        self.place, self.line = place, line


def execute(notebook, folder, private=()):
    """Run `notebook` in place, with `folder` as the working folder and python3 of this interpreter.

    What is kept is reproducible: no times, no widget state or view, no version of Python. Raises CellFailure
    where a cell raises, writes to stderr, shows an address in memory, or one of the `private` folders.
    """
    metadata = dict(notebook.metadata)
    try:
        _run(notebook, folder)
    finally:
        notebook.metadata = nbformat.from_dict(metadata)
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            _drop_widgets(place, cell)
            _refuse(place, cell.outputs, _private_paths(private))


def _run(notebook, folder):
    import jupyter_client
    from nbclient import NotebookClient, exceptions

    native = jupyter_client.kernelspec.KernelSpecManager(kernel_dirs=[])  # nobody's python3 but this one
    manager = jupyter_client.AsyncKernelManager(kernel_name="python3", kernel_spec_manager=native)
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=TIMEOUT,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=50"],  # what it logs is not for authors
        on_notebook_start=_let_interrupt,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    try:
        client.execute(cleanup_kc=True)
    except exceptions.CellExecutionError as error:
        raise _failure(notebook, error) from None
    except exceptions.CellTimeoutError:
        raise CellFailure(_running(notebook), f"the cell did not end within {TIMEOUT} s") from None
    except exceptions.DeadKernelError:
        raise CellFailure(_running(notebook), "the kernel died (out of memory?)") from None


def _let_interrupt(notebook):
    """Let Ctrl-C end the build: nbclient takes it for the kernel's alone and reports a dead kernel."""
    with contextlib.suppress(RuntimeError):  # no such handlers on Windows, nor outside the main thread
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


def _failure(notebook, error):
    """The CellFailure for the first cell that holds an error output."""
    for place, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                lines = _ERROR_LINE.findall(_ANSI.sub("", "\n".join(output.traceback)))
                message = f"the cell raised {output.ename}: {output.evalue}"
                return CellFailure(place, message, int(lines[0]) if lines else None)
    return CellFailure(_running(notebook), f"the cell failed: {error}")


def _running(notebook):
    """The place of the first code cell that has not been run in full."""
    places = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return next((p for p in places if notebook.cells[p].execution_count is None), places[-1])


def _drop_widgets(place, cell):
    """Remove widget views, which show nothing without a kernel, from the outputs of `cell`."""
    kept = [output for output in cell.outputs if _WIDGET not in output.get("data", {})]
    if len(kept) < len(cell.outputs) and "widget" not in cell.metadata.get("tags", ()):
        raise CellFailure(place, 'the cell shows a widget; tag it: tags=["widget"]')
    cell.outputs = kept


def _private_paths(private):
    """Folders of this machine that no reader should see: those given, home, temporary files."""
    folders = {*map(str, private), str(Path.home()), tempfile.gettempdir()} - {"/"}
    return re.compile("|".join(rf"{re.escape(folder)}[/\\]" for folder in sorted(folders)))


def _refuse(place, outputs, private):
    """Raise CellFailure for an output that differs from run to run, or that is not meant for readers."""
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise CellFailure(place, f"the cell writes to stderr: {output.text.strip()[:500]}")
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if _ADDRESS.search(text):
            advice = "begin the cell's last line with '_ = ', or end the cell with plt.show()"
            raise CellFailure(place, f"the cell shows an object's address or Axes ({text[:80]}); {advice}")
        if private.search(text):
            raise CellFailure(
                place, f"the cell shows a folder of this machine ({text[:200]}); print its name alone"
            )
