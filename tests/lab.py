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
QUIET_CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]


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
    private = {name: str(folder / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None", "--LabApp.check_for_updates_class="
                "jupyterlab.NeverCheckForUpdate"]
    with (folder / "jupyterlab.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | private, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


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

    def __init__(self, browser, address, path, *, width=1200, height=1600):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.goto(f"{address}/doc/tree/{path}")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)

    def run_all(self, seconds=300):
        """Run every cell; raises if one fails or if they take longer than `seconds`."""
        self.page.wait_for_function("document.querySelector('.jp-NotebookPanel')", timeout=30_000)
        self._wait_for_kernel()
        done = self.page.evaluate(
            """async (limit) => {
                const app = window.jupyterapp;
                const late = new Promise(r => setTimeout(() => r('late'), limit));
                const run = app.commands.execute('notebook:run-all-cells').then(() => 'done');
                return await Promise.race([run, late]);
            }""",
            seconds * 1000,
        )
        if done != "done":
            raise TimeoutError(f"the notebook ran longer than {seconds} s")
        errors = self.errors()
        if errors:
            raise AssertionError("a cell failed in JupyterLab: " + errors[0][:500])

    def _wait_for_kernel(self):
        self.page.wait_for_function(
            """() => {
                const widget = window.jupyterapp.shell.currentWidget;
                const kernel = widget?.context?.sessionContext?.session?.kernel;
                return kernel && kernel.status === 'idle';
            }""",
            timeout=60_000,
        )

    def outputs(self):
        """The notebook's outputs as the page's model holds them: one list a code cell."""
        return self.page.evaluate(
            """() => {
                const model = window.jupyterapp.shell.currentWidget.content.model;
                return Array.from(model.cells).filter(c => c.type === 'code').map(c => c.toJSON().outputs);
            }"""
        )

    def errors(self):
        """Texts of the error outputs."""
        return [o["ename"] + ": " + o["evalue"] for cell in self.outputs() for o in cell if o["output_type"] == "error"]

    def show(self, selector):
        """Scroll the first element that matches `selector` into view (JupyterLab draws cells when they are near)."""
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        for _ in range(60):
            if self.page.locator(selector).count():
                break
            panel.evaluate("e => e.scrollBy(0, 600)")
            self.page.wait_for_timeout(150)
        element = self.page.locator(selector).first
        element.scroll_into_view_if_needed()
        return element

    def picture(self, path):
        """A screenshot of what is in view."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))
