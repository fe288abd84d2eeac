"""A saved metric as a series of a trend."""

from analytics import formulas
from analytics.models import SavedMetric
from analytics.query.condition_json import from_list
from analytics.query.saved import Saved
from analytics.reports.trends.model import LETTERS, Custom, Series


def custom(saved: Saved, uid: str) -> Custom:
    """QueryError for one that is not there."""
    return custom_of(saved.row(SavedMetric, uid, "saved metric"), saved)


def custom_of(row: SavedMetric, saved: Saved) -> Custom:
    series = tuple(Series(each["metric"], from_list(each.get("filters") or [], saved)) for each in row.series)
    formula = formulas.parse(row.formula, LETTERS[: len(series)])
    return Custom(str(row.uid), row.name, row.unit, series, formula)  # type: ignore[arg-type]
