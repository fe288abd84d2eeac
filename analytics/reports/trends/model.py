"""What a trend asks. In the URL:

    ?s=visitors&s=events;is,event,signup&formula=B/A*100&by=country&top=5&show=area&smooth=7

Each `s` is a metric and, after semicolons, conditions of its own; they are named A, B, C … in this order.
`s=saved,<id>` is a saved metric.
"""

from dataclasses import dataclass, field
from typing import Literal

from analytics.formulas import Formula
from analytics.query.catalogue import METRICS, Unit
from analytics.query.condition_text import to_text
from analytics.query.model import Condition

LETTERS = "ABCDEF"
SHOWS = {"line": "Lines", "area": "Areas", "bar": "Bars", "number": "Numbers", "table": "Table"}
SMOOTHS = {"": "as it is", "3": "average of 3", "7": "average of 7", "28": "average of 28", "sum": "cumulative"}
Show = Literal["line", "area", "bar", "number", "table"]
DEFAULT_TOP, MOST_TOP = 5, 25


@dataclass(frozen=True)
class Series:
    metric: str
    conditions: tuple[Condition, ...] = ()

    @property
    def text(self) -> str:
        return ";".join([self.metric, *(to_text(each, inside=True) for each in self.conditions)])

    @property
    def unit(self) -> Unit:
        return METRICS[self.metric].unit


@dataclass(frozen=True)
class Custom:
    """A saved metric: a formula over series of its own."""

    uid: str
    label: str = field(compare=False)
    unit: Unit = "count"
    series: tuple[Series, ...] = ()
    formula: Formula | None = None

    @property
    def text(self) -> str:
        return f"saved,{self.uid}"


@dataclass(frozen=True)
class Trend:
    series: tuple[Series | Custom, ...] = (Series("visitors"),)
    formula_text: str = ""
    formula: Formula | None = None
    by: str = ""  # a dimension; empty: not broken down
    top: int = DEFAULT_TOP
    show: Show = "line"
    smooth: str = ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [("s", each.text) for each in self.series] if self.series != Trend().series else []
        pairs += [("formula", self.formula_text), ("by", self.by)]
        pairs += [("top", str(self.top))] if self.by and self.top != DEFAULT_TOP else []
        pairs += [("show", self.show)] if self.show != "line" else []
        return [pair for pair in [*pairs, ("smooth", self.smooth)] if pair[1]]

    @property
    def unit(self) -> Unit:
        """Of what stands on the axis: that of all series, or a plain number where they differ or are combined."""
        units = {each.unit for each in self.series}
        return units.pop() if len(units) == 1 and not self.formula else "ratio"
