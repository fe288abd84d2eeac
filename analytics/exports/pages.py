"""What a page of a PDF is made of: figures, a chart, a table. Values, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.query.catalogue import Unit

Mood = Literal["", "good", "bad"]


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    change: str = ""  # "+12 %"
    mood: Mood = ""


@dataclass(frozen=True)
class Line:
    """A value for each label of the chart; None draws nothing there."""

    label: str
    values: Sequence[float | None]
    is_before: bool = False  # the comparison: dashed


@dataclass(frozen=True)
class Chart:
    """`line`: over time, any number of lines. `bar`: one bar a label, its first line alone, drawn lying down.
    `heat`: a row for each line, a cell for each label."""

    kind: Literal["line", "bar", "heat"]
    labels: Sequence[str]
    lines: Sequence[Line]
    unit: Unit = "count"


@dataclass(frozen=True)
class Grid:
    """Rows of texts; `numbers` says which columns are set to the right."""

    columns: Sequence[str]
    numbers: Sequence[bool]
    rows: Sequence[Sequence[str]]
    note: str = ""  # below, such as what is left out


@dataclass(frozen=True)
class Section:
    title: str
    text: str = ""
    figures: Sequence[Figure] = ()
    chart: Chart | None = None
    table: Grid | None = None
