"""PDF of the overview and of every report: what a page shows, for reading without it."""

from dataclasses import replace

from analytics.exports import papers
from analytics.exports.pages import Chart, Figure, Grid, Line, Mood, Section
from analytics.exports.pdf import MOST_ROWS, pdf_of
from analytics.query import run_many
from analytics.query.catalogue import METRICS
from analytics.query.model import Result
from analytics.query.page import PageQuery
from analytics.views import spans
from analytics.views.chart import chart
from analytics.views.exports.menu import PERSONAL
from analytics.views.exports.sources import REPORTS, SOURCES, Asked
from analytics.views.panels import PANELS, ROWS, Tab
from analytics.views.rows import table
from analytics.views.said import said
from analytics.views.tiles import Tile, tile_metrics, tiles
from workspaces.logos import logo_of
from workspaces.models import Workspace

# Tables that are no series of numbers: of single people, and of who came back, which is read as a grid.
UNDRAWN = PERSONAL | {"retention"}
MOODS: dict[bool | None, Mood] = {True: "good", False: "bad", None: ""}


def pdf(source: str, given: Asked) -> bytes:
    """QueryError for what makes no sense."""
    page, workspace = given.page, given.workspace
    if source == "overview":
        title, sections = "Overview", overview(workspace, page)
    else:
        what = SOURCES[source]
        rows = what.table(replace(given, most_rows=MOST_ROWS + 1))
        title, sections = what.title, papers.of_table(what.title, rows, is_drawn=source not in UNDRAWN)
        page = told(source, page)
    logo = logo_of(workspace.organization)
    return pdf_of(f"{workspace.name}: {title}", sections, subtitle(page), footer(workspace, page), logo)


def told(source: str, page: PageQuery) -> PageQuery:
    """Without what the report leaves aside."""
    return REPORTS[source].told(page) if source in REPORTS else page


def subtitle(page: PageQuery) -> str:
    parts = [spans.span(page.period)]
    parts += [f"compared with {spans.span(page.compare)}"] if page.compare else []
    parts += [spans.deleted(page.period, page.compare)]
    parts += ["test data"] if page.environment == "test" else []
    return " · ".join([*filter(None, parts), *map(said, page.filters)])


def footer(workspace: Workspace, page: PageQuery) -> str:
    here = page.now.astimezone(page.period.start.tzinfo)
    return f"{workspace.domain or workspace.name} · made {here.day} {here:%b %Y, %H:%M} ({page.zone})"


def overview(workspace: Workspace, page: PageQuery) -> list[Section]:
    """Figures, the chart, and the first tab of each panel."""
    tabs = [panel.tabs[0].on(page) for panel in PANELS]
    asked = [page.query(*tile_metrics(page)), page.query(page.metric, interval=page.interval, totals=False)]
    figures, series, *groups = run_many([*asked, *(tab.query(page) for tab in tabs)], page.now)
    return [
        Section(
            METRICS[page.metric].label,
            figures=[_figure(each) for each in tiles(page, figures)],
            chart=_chart(page, series),
        ),
        *(
            _panel(workspace, page, tab, result, figures)
            for tab, result in zip(tabs, groups, strict=True)
            if result.rows
        ),
    ]


def _figure(tile: Tile) -> Figure:
    if tile.delta is None:
        return Figure(tile.label, tile.value)
    return Figure(tile.label, tile.value, tile.delta.text, MOODS[tile.delta.better])


def _chart(page: PageQuery, series: Result) -> Chart:
    drawn = chart(page, series, "").data
    lines = [Line(drawn["label"], drawn["values"])]
    lines += [Line("Before", drawn["before"], is_before=True)] if drawn["before"] else []
    return Chart("line", drawn["labels"], lines, drawn["unit"])


def _panel(workspace: Workspace, page: PageQuery, tab: Tab, result: Result, figures: Result) -> Section:
    total = figures.totals[tab.share_of] if tab.share_of else None
    shown = table(page, tab, result.rows[:ROWS], total, workspace.domain)
    columns = [shown.heading, *(column.label for column in shown.columns)]
    rows = [[row.label, *(cell.text for cell in row.cells)] for row in shown.rows]
    return Section(tab.label, table=Grid(columns, [False] + [True] * len(shown.columns), rows))


def page_of(source: str) -> str:
    """The route of the page that shows what the source has."""
    return source if source in REPORTS else "overview"
