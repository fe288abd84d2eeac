"""Paths: the page with its drawing, and the CSV."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics.query import run
from analytics.reports.behind import Behind
from analytics.reports.names import event_names
from analytics.reports.paths import Answer, Link, Node, Paths, answer
from analytics.reports.paths.drawing import draw
from analytics.reports.paths.model import OF, from_params
from analytics.reports.paths.statement import people_in
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.menus import Item
from analytics.views.reports import tables
from analytics.views.reports.choices import choices
from analytics.views.reports.frame import Report, ReportPage
from analytics.views.reports.tables import Cell, Column, Table
from workspaces.access import WorkspaceRequest
from workspaces.roles import needs

OFFERED, LABEL = 40, 24  # pages in a menu; characters beside a node
VISITS = 3  # the column of the table
STEPS, TOPS = (3, 4, 5, 7, 10), (3, 6, 9, 12)


def read(params: QueryDict, page: ReportPage) -> Paths:
    return from_params(params)


def show(request: WorkspaceRequest, page: ReportPage, asked: Paths) -> dict[str, Any]:
    found = answer(asked, page.query(compare=None), page.now)
    places = _places(page, asked)
    return {
        "ofs": choices(page, replace(asked, start="", end=""), "of", OF),
        "of": OF[asked.of],
        "starts": _anchors(page, asked, places, "start", "where the visit began"),
        "start": asked.start or "where the visit began",
        "ends": _anchors(page, asked, places, "end", "wherever it led"),
        "end": asked.end or "wherever it led",
        "steps": [Item(str(n), page.asking(replace(asked, steps=n)).url(), n == asked.steps) for n in STEPS],
        "tops": [Item(str(n), page.asking(replace(asked, top=n)).url(), n == asked.top) for n in TOPS],
        "groups": [(each, _without(page, asked, "group", each)) for each in asked.group],
        "skips": [(each, _without(page, asked, "skip", each)) for each in asked.skip],
        "fields": asked.parameters,
        **drawn(found, lambda node: _from(page, asked, node), _people(request, page, found)),
        "links": _links(found),
        "period": spans.span(page.period),
        "as_of": found.as_of.astimezone(page.period.start.tzinfo),
        "zone": page.zone,
    }


def drawn(
    found: Answer, href: Callable[[Node], str], people: Callable[[Node, Node], str] = lambda *ends: ""
) -> dict[str, Any]:
    """What templates/analytics/reports/_paths.html needs; `href` and `people` are where a node and a link between two
    lead, or empty."""
    drawing = draw(found)
    return {
        "drawing": drawing,
        "boxes": [
            (box, _short(_label(box.node)), _label(box.node), numbers.exact(box.visits), href(box.node))
            for box in drawing.boxes
        ],
        "bands": [
            (
                band,
                f"{_label(band.source)} → {_label(band.target)}: {band.visits:,} visits",
                people(band.source, band.target),
            )
            for band in drawing.bands
        ],
        "visits": numbers.exact(found.visits),
        "is_empty": not found.visits,
    }


def table(page: ReportPage, asked: Paths) -> Iterable[Iterable[object]]:
    return _links(answer(asked, page.query(compare=None), page.now)).csv()


def _links(found: Answer) -> Table:
    columns = [
        Column("Step", True),
        Column("From"),
        Column("To"),
        Column("Visits", True),
        Column("Share", True, "of the visits in “from”"),
    ]
    rows = [
        [
            Cell(str(link.source.step), link.source.step),
            tables.text(_label(link.source)),
            tables.text(_label(link.target)),
            tables.count(link.visits),
            tables.percent(100 * link.visits / found.nodes[link.source]),
        ]
        for link in _ordered(found)
    ]
    return Table("Links between the steps", columns, rows, "No visit went a step further.", has_receipts=True)


def _ordered(found: Answer) -> list[Link]:
    return sorted(found.links, key=lambda each: (each.source.step, -each.visits, each.source, each.target))


def behind(page: ReportPage, asked: Paths, row: int, column: int) -> Behind | None:
    """Whose visits a link counts; those of “Other” are many links."""
    links = _ordered(answer(asked, page.query(compare=None), page.now))
    if row >= len(links) or column != VISITS or not _is_one(links[row].source, links[row].target):
        return None
    source, target = links[row].source, links[row].target
    sql, bound = people_in(asked, page.query(compare=None), source.step, source.label, target.label)
    went = f"from {_label(source)} to {_label(target)} in step {source.step}"
    return Behind(f"People who went {went}, {spans.span(page.period)}", sql, bound)


def _people(request: WorkspaceRequest, page: ReportPage, found: Answer) -> Callable[[Node, Node], str]:
    places = {(link.source, link.target): place for place, link in enumerate(_ordered(found))}
    address = reverse("paths_behind", args=[request.workspace.slug])

    def href(source: Node, target: Node) -> str:
        if not _is_one(source, target):
            return ""
        return address + page.url(row=places[source, target], column=VISITS)

    return href


def _is_one(*ends: Node) -> bool:
    return not any(each.is_other for each in ends)


def _short(label: str) -> str:
    return label if len(label) <= LABEL else label[: LABEL - 1] + "…"


def _label(node: Node) -> str:
    return "Other" if node.is_other else node.label or "(not set)"


def _places(page: ReportPage, asked: Paths) -> list[str]:
    """What a path can begin with or lead to, most frequent first."""
    usual = page.query(compare=None)
    if asked.of == "events":
        return event_names(usual, page.now)
    pages = page.query("pageviews", dimensions=("page",), compare=None, limit=OFFERED, totals=False)
    return [row.keys[0] for row in run(pages, page.now).rows]


def _anchors(page: ReportPage, asked: Paths, places: list[str], name: str, nothing: str) -> list[Item]:
    """The path begins with it or leads to it: one of them."""
    other = "end" if name == "start" else "start"
    chosen = getattr(asked, name)
    patterns = [each for each in asked.group if each not in places]

    def item(value: str, label: str) -> Item:
        parts: dict[str, Any] = {name: value, other: ""}
        return Item(label, page.asking(replace(asked, **parts)).url(), chosen == value)

    return [item("", nothing), *(item(each, each) for each in [*patterns, *places])]


def _from(page: ReportPage, asked: Paths, node: Node) -> str:
    """The paths that begin with a node."""
    return "" if node.is_other else page.asking(replace(asked, start=node.label, end="")).url()


def _without(page: ReportPage, asked: Paths, name: str, pattern: str) -> str:
    parts: dict[str, Any] = {name: tuple(each for each in getattr(asked, name) if each != pattern)}
    return page.asking(replace(asked, **parts)).url()


REPORT = Report[Paths](
    name="paths",
    title="Paths",
    template="analytics/reports/paths.html",
    docs="paths",
    read=read,
    show=show,
    table=table,
    is_compared=False,
    needs=needs("analyse"),
    behind=behind,
)
