"""A trend's numbers as the page shows them: the chart's data, the totals, and the table the chart was drawn from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from analytics.query.catalogue import METRICS, Unit
from analytics.query.condition_text import to_text
from analytics.query.model import Filter
from analytics.reports.trends import LETTERS, Answer, Custom, Line, Series, Trend
from analytics.reports.trends.totals import counts_rows
from analytics.templatetags import numbers
from analytics.views import spans
from analytics.views.figures import FORMATS
from analytics.views.reports.frame import ReportPage
from analytics.views.said import all_said, shown_value

COLOURS = 8
MOST_COMPARED = 3
OTHER = "other"


@dataclass(frozen=True)
class Total:
    label: str
    colour: str  # of the stylesheet: 1 … 8, or "other"
    value: str
    before: str
    change: str
    place: int
    receipt_href: str  # empty: of a formula or a group, which have none of their own


@dataclass(frozen=True)
class TableRow:
    title: str
    cells: list[str]
    partial: bool


@dataclass(frozen=True)
class Shown:
    kind: str
    is_empty: bool
    data: dict[str, Any]
    totals: list[Total]
    rows: list[TableRow]
    period: str
    compared: str
    heading: str  # of the first column
    as_of: datetime
    zone: str
    is_exact: bool
    note: str  # on how the line was made, where that may surprise


def shown(page: ReportPage, asked: Trend, found: Answer, receipt: str) -> Shown:
    """`receipt` is the address of receipts."""
    colours = [_colour(asked, place, line) for place, line in enumerate(found.lines)]
    labels = [label_of(page, asked, line) for line in found.lines]
    first = found.results[0]
    return Shown(
        kind=asked.show,
        is_empty=not any(value for line in found.lines for value in [*line.values, line.total]),
        data=_data(page, asked, found, labels, colours),
        totals=[
            _total(
                unit_of(asked, line), line, labels[place], colours[place], place, _receipt(receipt, page, asked, line)
            )
            for place, line in enumerate(found.lines)
        ],
        rows=[_row(page, asked, found, place) for place in range(len(found.starts))],
        period=spans.span(page.period),
        compared=spans.span(page.compare) if page.compare else "",
        heading=page.interval.capitalize(),
        as_of=first.as_of.astimezone(page.period.start.tzinfo),
        zone=page.zone,
        is_exact=all(each.exact for each in found.results),
        note=_note(page, asked, found),
    )


def _note(page: ReportPage, asked: Trend, found: Answer) -> str:
    """Who comes on two days is one visitor of the period, and two where its days are added up."""
    if asked.smooth != "sum" or all(counts_rows(each.query) for each in found.results):
        return ""
    unit = page.interval
    twice = f"who was there in two {unit}s counts twice"
    return f"The {unit}s are added up: {twice}, so a line may end above the period's number."


def label_of(page: ReportPage, asked: Trend, line: Line) -> str:
    """What the line is: its series in words, and its group."""
    group = ("Other" if line.is_other else shown_value(asked.by, line.group)) if asked.by else ""
    what = series_said(asked.series[LETTERS.index(line.letter)]) if line.letter else asked.formula_text
    only_one = len(asked.series) == 1 or asked.formula is not None
    return group if group and only_one else f"{what}: {group}" if group else what


def series_said(series: Series | Custom) -> str:
    if isinstance(series, Custom):
        return series.label
    where = all_said(series.conditions)
    return METRICS[series.metric].label + (f" where {where}" if where else "")


def unit_of(asked: Trend, line: Line) -> Unit:
    return asked.series[LETTERS.index(line.letter)].unit if line.letter else "ratio"


def _colour(asked: Trend, place: int, line: Line) -> str:
    return OTHER if line.is_other else str(place % COLOURS + 1)


def _data(page: ReportPage, asked: Trend, found: Answer, labels: list[str], colours: list[str]) -> dict[str, Any]:
    # The dashes of more lines than this are a thicket; the table has the numbers.
    is_clear = len(found.lines) <= MOST_COMPARED and asked.show != "bar"
    return {
        "unit": asked.unit,
        "kind": asked.show,
        "labels": [spans.short(start, page.interval) for start in found.starts],
        "titles": [spans.long(start, page.interval) for start in found.starts],
        "partial": found.partial,
        "lines": [
            {"label": label, "values": line.values, "before": line.before if is_clear else None, "colour": colour}
            for line, label, colour in zip(found.lines, labels, colours, strict=True)
        ],
    }


def _total(unit: Unit, line: Line, label: str, colour: str, place: int, receipt: str) -> Total:
    values = text(unit, line.total), text(unit, line.total_before), _change(unit, line)
    return Total(label, colour, *values, place, receipt)


def _receipt(address: str, page: ReportPage, asked: Trend, line: Line) -> str:
    """Of a line that is one series, whole or one of its groups."""
    series = asked.series[LETTERS.index(line.letter)] if line.letter else None
    if not isinstance(series, Series) or line.is_other:
        return ""
    group = (Filter(asked.by, "is", (line.group,)),) if asked.by else ()
    own = [("c", to_text(each)) for each in (*series.conditions, *group)]
    state = [pair for pair in page.parameters if pair not in page.own and pair[0] != "metric"]
    return f"{address}?{urlencode([('metric', series.metric), *state, *own], safe='/,:')}"


def _change(unit: Unit, line: Line) -> str:
    now, before = line.total, line.total_before
    if now is None or before is None:
        return ""
    if unit == "percent":
        return numbers.points(now - before)
    return numbers.change((now - before) / before * 100) if before else "new" if now else ""


def _row(page: ReportPage, asked: Trend, found: Answer, place: int) -> TableRow:
    return TableRow(
        spans.long(found.starts[place], page.interval),
        [text(unit_of(asked, line), line.values[place]) for line in found.lines],
        place == found.partial,
    )


def text(unit: Unit, value: float | None) -> str:
    return numbers.exact(value) if unit in ("count", "ratio") else FORMATS[unit](value)
