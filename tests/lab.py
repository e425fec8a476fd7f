"""A real JupyterLab in headless Chromium, for the tests that look at notebooks as a reader does."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# A chapter runs in JupyterLab in one language; the languages take turns.
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters" / "zh").glob("*.ipynb"))
RUN_IN = {name: ("zh", "en")[place % 2] for place, name in enumerate(CHAPTERS)}
_NOTEBOOK = "window.jupyterapp?.shell.currentWidget"
_MODEL = _NOTEBOOK + "?.content?.model"
_KERNEL = _NOTEBOOK + "?.context?.sessionContext?.session?.kernel"
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url, process, seconds=60):
    for _ in range(seconds * 4):
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with code {process.returncode} before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.25)
    raise TimeoutError(f"JupyterLab did not answer at {url} within {seconds} s")


@contextlib.contextmanager
def jupyterlab(folder):
    """A JupyterLab that serves `folder`; yields its address. Settings of this machine's user play no part."""
    port = _free_port()
    private = {
        name: str(folder / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += [
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
        f"--ServerApp.root_dir={folder}",
    ]
    command += [
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (folder / "jupyterlab.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | private, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()  # it may wait for a kernel that is busy
            process.wait()


@contextlib.contextmanager
def chromium():
    """A headless Chromium; yields a Playwright browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_CHROMIUM)
        yield browser
        browser.close()


class NotebookPage:
    """One notebook, open in JupyterLab."""

    def __init__(self, browser, address, path, *, width=1200, height=1400):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.goto(f"{address}/doc/tree/{path}")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        self.page.wait_for_function(_NOTEBOOK + "?.context?.isReady", timeout=60_000)

    def close(self):
        """Leave the page, and shut its kernel down so that the next notebook has the memory."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
        self.page.close()

    def run_all(self, seconds=400, *, expect_errors=False):
        """Run every cell. Raises TimeoutError beyond `seconds`, AssertionError where a cell fails."""
        self.page.wait_for_function(_KERNEL + "?.status === 'idle'", timeout=90_000)
        limit = f"new Promise(done => setTimeout(() => done('late'), {seconds * 1000}))"
        run = "window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => 'done')"
        if self.page.evaluate(f"Promise.race([{run}, {limit}])") == "late":
            raise TimeoutError(f"the notebook ran longer than {seconds} s")
        self.wait_until(lambda: expect_errors or self.all_ran(), "every cell has its number")
        assert expect_errors or not self.errors(), f"a cell failed in JupyterLab: {self.errors()[0][:600]}"

    def all_ran(self):
        """Whether every code cell was executed, or one failed."""
        counts = f"Array.from({_MODEL}.cells).filter(c => c.type === 'code').map(c => c.executionCount)"
        return self.page.evaluate(f"{counts}.every(count => count !== null)") or bool(self.errors())

    def outputs(self):
        """The notebook's outputs as the page's model holds them: one list a code cell."""
        cells = f"Array.from({_MODEL}.cells).filter(c => c.type === 'code')"
        return self.page.evaluate(f"{cells}.map(c => c.toJSON().outputs)")

    def errors(self):
        """Texts of the error outputs."""
        found = [
            output for outputs in self.outputs() for output in outputs if output["output_type"] == "error"
        ]
        return [f"{output['ename']}: {output['evalue']}" for output in found]

    def wait_until(self, condition, what, seconds=60):
        """Ask `condition()` again and again. Raises TimeoutError that names `what` did not happen."""
        for _ in range(seconds * 5):
            if condition():
                return
            self.page.wait_for_timeout(200)
        raise TimeoutError(f"within {seconds} s it did not happen that {what}")

    def widget_cells(self):
        """Numbers of the cells that display a widget."""
        has_view = "o => o.data && 'application/vnd.jupyter.widget-view+json' in o.data"
        outputs = "(c.type === 'code' ? c.toJSON().outputs : [])"
        found = f"Array.from({_MODEL}.cells).map((c, i) => {outputs}.some({has_view}) ? i : -1)"
        return self.page.evaluate(f"{found}.filter(i => i >= 0)")

    def show_cell(self, number):
        """Scroll the cell into view (JupyterLab draws only what is near) and return its locator."""
        notebook = "window.jupyterapp.shell.currentWidget.content"
        self.page.evaluate(f"{notebook}.scrollToItem({number}, 'start')")
        cell = self.page.locator(f".jp-Cell[data-windowed-list-index='{number}']")
        cell.wait_for(timeout=30_000)
        return cell

    def show_last_cell(self):
        """Scroll to the end and return the last cell's locator."""
        return self.show_cell(self.page.evaluate(f"{_MODEL}.cells.length") - 1)

    def text_count(self, text):
        """How many elements in view hold `text`."""
        return self.page.get_by_text(text).count()

    def picture(self, path):
        """A screenshot of what is in view."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))


def move(control):
    """Do to a widget's `control` what a reader does: type, press an arrow key, or click."""
    kind = control.evaluate("e => e.tagName + (e.type ? '.' + e.type : '')")
    if kind == "TEXTAREA.textarea":
        control.fill(control.input_value() + " 但是 not bad 不")
    elif kind.startswith("SELECT"):
        control.select_option(index=1)
    elif kind in ("INPUT.checkbox", "BUTTON.button", "BUTTON.submit"):
        control.click()
    else:  # a slider's handle
        control.focus()
        control.press("ArrowLeft")
        control.press("ArrowLeft")
