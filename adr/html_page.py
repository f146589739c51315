"""The parts of a page in one HTML file that loads nothing from elsewhere: text, tables, small pictures, the frame.

Knows nothing of what a page says.
"""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path

from adr.small_images import NotAPicture, small_image

SIDE = 160  # a thumbnail's longer side in pixels


def text(value: object) -> str:
    """A value as text in which nothing is markup."""
    return html.escape(str(value), quote=True)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of texts; a wide one scrolls by itself."""
    head = "".join(f"<th>{text(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def thumbnail(path: Path) -> str:
    """A small copy of a picture as a data URI; empty when the picture cannot be opened."""
    try:
        small = small_image(path, SIDE)
    except (OSError, NotAPicture):
        return ""
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def whole(title: str, body: str, tile: int = 8) -> str:
    """The whole file. title: plain text; body: HTML; tile: the least width of a picture in a grid, in rem."""
    return _PAGE.format(title=text(title), body=body, tile=tile)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #9aa0a855; --soft: #6b7280; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ line-height: 1.2; }} h2 {{ margin-top: 2.5rem; border-bottom: 1px solid var(--line); }}
.lead {{ font-size: 1.2rem; }} .note, figcaption {{ color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }}
figure {{ margin: 1rem 0; }} figure svg {{ width: 100%; height: auto; }}
.pair {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 0 2rem; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; font-size: .92rem; }}
th, td {{ padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); }}
td:nth-child(n+2) {{ font-variant-numeric: tabular-nums; }}
.grid {{ display: grid; grid-template-columns: repeat(auto-fill, minmax({tile}rem, 1fr)); gap: .8rem; }}
.grid figure {{ margin: 0; }} .grid img {{ width: 100%; border-radius: 6px; display: block; }}
pre {{ background: var(--line); padding: 1rem; overflow-x: auto; border-radius: 6px; }}
</style></head><body>
{body}
</body></html>
"""
