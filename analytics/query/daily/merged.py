"""The statement that puts an answer together from days: the same columns in the same order as analytics.query.compile
and analytics.query.series write them over the rows."""

from dataclasses import dataclass

from analytics.query.bounds import Parameters, Window
from analytics.query.compile import among, grouping
from analytics.query.daily import kept
from analytics.query.daily.kept import Known
from analytics.query.daily.question import Daily
from analytics.query.scope import windows
from analytics.query.series import bucket_edges, place_among


@dataclass(frozen=True)
class Merged:
    asked: Daily
    is_series: bool = False
    groups: tuple[str, ...] = ()  # of a series with a dimension
    only: tuple[tuple[str, ...], ...] | None = None  # of a breakdown: these groups alone

    def sql(self, known: Known) -> tuple[str, Parameters]:
        bound = Parameters()
        return (self._series if self.is_series else self._breakdown)(known, bound), bound

    def _breakdown(self, known: Known, bound: Parameters) -> str:
        query, part = self.asked.query, self.asked.part
        of = [_of_days(window, bound) for window in windows(query)] if query.compare else ["1"]
        keys = [f"k{n}" for n in range(len(part.dimensions))]
        values = [self._value(metric, which) for metric in range(len(part.metrics)) for which in of]
        columns = [
            *keys,
            *(f"{value} AS v{n}" for n, value in enumerate(values)),
            *["count() OVER () AS groups"] * bool(keys),
        ]
        sql = f"SELECT {', '.join(columns)} FROM ({kept.rows_of(self.asked, known, bound)})"
        if self.only is not None:
            sql += f" WHERE {among(keys, list(self.only), bound)}"
        return sql + (grouping(query, part, bound, of[0], sliced=self.only is None) if keys else "")

    def _series(self, known: Known, bound: Parameters) -> str:
        query, part = self.asked.query, self.asked.part
        keys, by = [f"roundDown(day, {bound.bind(bucket_edges(query), 'Array(UInt32)')}) AS bucket"], ["bucket"]
        if part.dimensions:
            keys, by = [*keys, place_among("k0", self.groups, bound)], ["bucket", "place"]
        columns = [*keys, *(self._value(metric, "1") for metric in range(len(part.metrics)))]
        rows = kept.rows_of(self.asked, known, bound)
        return f"SELECT {', '.join(columns)} FROM ({rows}) GROUP BY {', '.join(by)}"

    def _value(self, metric: int, which: str) -> str:
        merged = [call.merged(f"s{n}", which) for n, call in enumerate(self.asked.calls)]
        return self.asked.formulas[metric].format(*merged)


def _of_days(window: Window, bound: Parameters) -> str:
    return f"day >= {bound.bind(window.start, 'UInt32')} AND day < {bound.bind(window.end, 'UInt32')}"
