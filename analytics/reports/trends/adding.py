"""What may be added up over time: counts, and sums of them. Rates and means of days make none of the period."""

from analytics.formulas import Both, Formula, letters_of
from analytics.query.catalogue import METRICS
from analytics.query.model import QueryError
from analytics.reports.trends.model import Custom, Series, Trend

INSTEAD = "Choose another way to show it, such as an average of 7."


def check_adds_up(asked: Trend) -> None:
    """QueryError for a cumulative line of what cannot be added up."""
    rates = [name for each in asked.series if (name := _rate_of(each))]
    if asked.smooth == "sum" and rates:
        raise QueryError(f"{rates[0]} cannot be added up: it is no count. {INSTEAD}", "smooth")
    if asked.smooth == "sum" and asked.formula and not is_sum(asked.formula):
        said = f"{asked.formula_text} cannot be added up: it divides or multiplies series."
        raise QueryError(f"{said} {INSTEAD}", "smooth")


def _rate_of(measure: Series | Custom) -> str:
    """Its name, where it is a rate or a mean."""
    if isinstance(measure, Series):
        return METRICS[measure.metric].label if measure.unit != "count" else ""
    is_rate = measure.unit != "count" or any(_rate_of(each) for each in measure.series)
    return measure.label if is_rate or (measure.formula and not is_sum(measure.formula)) else ""


def is_sum(formula: Formula) -> bool:
    """Of series times numbers: the formula of a period's numbers is what those of its days add up to."""
    if not isinstance(formula, Both):
        return True
    left, right = letters_of(formula.left), letters_of(formula.right)
    is_bent = bool(right) if formula.sign == "/" else formula.sign == "*" and bool(left and right)
    return not is_bent and is_sum(formula.left) and is_sum(formula.right)
