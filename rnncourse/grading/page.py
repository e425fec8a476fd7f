"""What the HTML pages share: no script, no style but ours, nothing loaded from anywhere."""

import base64
import hashlib
import os

from rnncourse.grading.plain import as_html

_STYLE = """
body { font: 16px/1.6 system-ui, sans-serif; max-width: 56em; margin: 2em auto; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 1.8em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35em .7em; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; white-space: nowrap; }
.right { color: #00704f; } .wrong { color: #a84300; }
.words { white-space: pre-wrap; overflow-wrap: anywhere; }
.small { color: #666; font-size: .9em; }
img { max-width: 100%; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"
)
_LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def page(title, body, language):
    """A whole page. `title` is text, `body` HTML that is escaped already."""
    return (
        f'<!doctype html>\n<html lang="{_LANGUAGES[language]}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{as_html(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{as_html(title)}</h1>\n{body}\n</body></html>\n"
    )


def table(header, rows, numbers=()):
    """A table of HTML cells; the columns at the places `numbers` are set to the right."""

    def line(tag, cells):
        marked = (
            f"<{tag}{' class=number' if i in numbers else ''}>{cell}</{tag}>" for i, cell in enumerate(cells)
        )
        return f"<tr>{''.join(marked)}</tr>"

    return "<table>\n" + "\n".join([line("th", header), *(line("td", row) for row in rows)]) + "\n</table>"


def image(png, words):
    """A picture (bytes of a PNG file) with a text for those who do not see it."""
    return f'<p><img alt="{as_html(words)}" src="data:image/png;base64,{base64.b64encode(png).decode()}"></p>'


def write_text(path, text):
    """Write the file `path` at once, with the folders that it needs."""
    write_bytes(path, text.encode())


def write_bytes(path, data):
    """Write the file `path` at once, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    os.replace(temporary, path)
