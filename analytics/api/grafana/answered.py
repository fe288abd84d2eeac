"""Results as Grafana's frames: series of [value, milliseconds], and tables."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from analytics.api.events import received
from analytics.api.grafana.asked import LIMIT_AT_MOST, Board, Target, query
from analytics.query import run_many
from analytics.query.catalogue import METRICS, dimension
from analytics.query.condition_text import to_text
from analytics.query.model import QueryError, Result
from analytics.reports.realtime import storing_behind
from analytics.views.exports import sources
from analytics.views.exports.menu import PERSONAL
from analytics.views.said import shown_value

Frame = dict[str, Any]
Rows = Iterable[Iterable[Any]]
# Of the installation's health, beside the reports: what became of the events that arrived, and how long one waits.
HEALTH: dict[str, Callable[[Board], Rows]] = {
    "received": lambda board: [["outcome", "events"], *received(_dataset(board), board.period, board.now).items()],
    "behind": lambda board: [["seconds behind"], [storing_behind(board.now)]],
}
REPORTS = sorted({*sources.SOURCES, *HEALTH} - PERSONAL)


def frames(board: Board, asked: Sequence[Target]) -> list[Frame]:
    """All metrics in one call of the engine, which asks side by side; reports one after the other."""
    metrics = [target for target in asked if not target.report]
    results = dict(zip(metrics, run_many([query(board, each) for each in metrics], board.now), strict=True))
    found: list[Frame] = []
    for target in asked:
        found += [_report(board, target)] if target.report else _frames(target, results[target])
    return found


def _frames(target: Target, result: Result) -> list[Frame]:
    metric = METRICS[target.name]
    label = target.label or metric.label
    if target.shape == "number":
        return [_table(target, [(label, "number")], [[result.totals[target.name]]])]
    if target.shape == "table":
        heading = dimension(target.by).label if target.by else "Value"
        rows = [[shown_value(target.by, row.keys[0]), row.values[target.name]] for row in result.rows]
        return [_table(target, [(heading, "string"), (label, "number")], rows)]
    return _series(target, result, label)


def _series(target: Target, result: Result, label: str) -> list[Frame]:
    """One for each group, in the order of their size; without groups one."""
    lines: dict[str, list[list[Any]]] = {}
    for row in result.rows:
        at_ms = round(datetime.fromisoformat(row.keys[0]).timestamp() * 1000)
        name = label if not target.by else "Other" if row.is_other else shown_value(target.by, row.keys[1])
        lines.setdefault(name, []).append([row.values[target.name], at_ms])
    lines = lines or {label: []}
    return [{"target": name, "refId": target.ref, "datapoints": points} for name, points in lines.items()]


def _report(board: Board, target: Target) -> Frame:
    if target.report not in REPORTS:
        raise QueryError(f"There is no report {target.report!r}. Choose from: {', '.join(REPORTS)}.", "target")
    health = HEALTH.get(target.report)
    rows = iter(health(board) if health else sources.SOURCES[target.report].table(_asked(board, target)))
    heading = [str(name) for name in next(rows)]
    body = [[_plain(cell) for cell in row] for row in islice(rows, LIMIT_AT_MOST)]
    return _table(target, [(name, _kind(body, n)) for n, name in enumerate(heading)], body)


def _asked(board: Board, target: Target) -> sources.Asked:
    """Days of the workspace's zone: reports count whole ones. The filters of the dashboard hold here too."""
    params = QueryDict(target.parameters.removeprefix("?")).copy()
    for name in ("period", "from", "to", "env", "compare"):
        params.pop(name, None)
    period = board.period
    fixed = [("period", "custom"), ("from", period.start.date().isoformat()), ("to", period.end.date().isoformat())]
    filters = [("f", to_text(each)) for each in (*board.filters, *target.filters)]
    parameters = "&".join(filter(None, (params.urlencode(), urlencode([*fixed, *filters]))))
    return sources.asked(board.workspace, board.environment, parameters, board.now, LIMIT_AT_MOST)


def _table(target: Target, columns: Iterable[tuple[str, str]], rows: list[list[Any]]) -> Frame:
    heads = [{"text": text, "type": kind} for text, kind in columns]
    return {"type": "table", "refId": target.ref, "columns": heads, "rows": rows}


def _plain(cell: Any) -> Any:
    if isinstance(cell, str | int | float | None):
        return cell
    return cell.isoformat() if hasattr(cell, "isoformat") else float(cell)


def _kind(rows: list[list[Any]], place: int) -> str:
    is_number = any(isinstance(row[place], int | float) and not isinstance(row[place], bool) for row in rows)
    return "number" if is_number else "string"


def _dataset(board: Board) -> int:
    return board.workspace.dataset_id(board.environment)
