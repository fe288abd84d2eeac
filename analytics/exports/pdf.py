"""Pages with figures, charts and tables, typeset by typst.

    pdf_of("Acme, weekly", [Section("Visitors", chart=Chart("line", labels, [Line("Visitors", values)]))])

The document is templates/analytics/exports/report.typ; all that is shown travels as data, so nothing in it can be
markup, name a file or fetch anything: the compiler sees a folder with the logo alone.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from analytics.exports.drawing import svg
from analytics.exports.pages import Section
from workspaces.models import Logo

MOST_ROWS = 500  # of a table on paper; a file has them all
WIDE = 7  # columns; a table with more lies across the page
LONGEST = 120  # characters of a cell
LONGEST_WORD, IN_CROWD, CROWD = 30, 12, 9  # characters that stay together; in tables of more than so many columns
LOGO_WIDTH, LOGO_HEIGHT = 60, 14  # millimetres at most
TEMPLATE = Path(settings.BASE_DIR) / "templates" / "analytics" / "exports" / "report.typ"


def pdf_of(
    title: str, sections: Sequence[Section], subtitle: str = "", footer: str = "", logo: Logo | None = None
) -> bytes:
    """The PDF, under `logo` or our name. Some hundredths of a second for a page."""
    import typst  # not before it is needed: 8 MB in every process otherwise

    shown = {
        "title": title,
        "subtitle": subtitle,
        "footer": footer,
        "logo": _width(logo) if logo else None,
        "wide": any(section.table and len(section.table.columns) > WIDE for section in sections),
        "sections": [_shown(section) for section in sections],
    }
    with tempfile.TemporaryDirectory() as folder:
        if logo:
            (Path(folder) / "logo").write_bytes(logo.data)
        return typst.compile(  # type: ignore[misc]  # its stub binds a type of input to no argument
            _template(), root=Path(folder), font_paths=[_fonts()], sys_inputs={"data": json.dumps(shown)}
        )


def _width(logo: Logo) -> float:
    """Millimetres: as high as three lines, unless it would be too wide."""
    return min(LOGO_WIDTH, LOGO_HEIGHT * logo.width / logo.height)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


@cache
def _fonts() -> str:
    import font_source_sans_pro

    return str(Path(font_source_sans_pro.__file__).parent / "files")


def _shown(section: Section) -> dict[str, Any]:
    table = section.table
    if table:
        left_out = len(table.rows) - MOST_ROWS
        note = f"And {left_out:,} rows more, in the other formats." if left_out > 0 else table.note
        most = LONGEST_WORD if len(table.columns) <= CROWD else IN_CROWD
        rows = [[_fitting(cell, most) for cell in row] for row in table.rows[:MOST_ROWS]]
        section = replace(section, table=replace(table, rows=rows, note=note))
    return asdict(section) | {"chart": svg(section.chart) if section.chart else None}


def _fitting(text: str, most: int) -> str:
    """In one cell: cut, without line breaks; words of more than `most` characters may break."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
    return " ".join("\u200b".join(word[n : n + most] for n in range(0, len(word), most)) for word in cut.split(" "))
