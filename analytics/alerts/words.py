"""Rules and what happened to them, in words: "Visitors over the last hour: 130. Fires when above 100."."""

from analytics import formulas
from analytics.alerts.measure import Reading
from analytics.models import AlertRule
from analytics.query.catalogue import Unit
from analytics.reports.trends import LETTERS, Trend
from analytics.templatetags import numbers
from analytics.views.figures import FORMATS
from analytics.views.reports.trends_result import series_said

AGAINST = dict(AlertRule.Against.choices)
CHANGES = {"either": "changing", "up": "rising", "down": "falling"}
UNUSUAL = {"either": "unusual", "up": "unusually high", "down": "unusually low"}
LEVELS = {"above": "above", "below": "below", "equals": "equal to"}
SPANS = ((1440, "day"), (60, "hour"), (1, "minute"))


def measure(asked: Trend) -> str:
    """ "Visitors", "Events where Event is signup", "A / B * 100 (A: Completions, B: Visitors)"."""
    if not asked.formula:
        return series_said(asked.series[0])
    used = formulas.letters_of(asked.formula)
    named = [f"{letter}: {series_said(each)}" for letter, each in zip(LETTERS, asked.series, strict=False)]
    return f"{asked.formula_text} ({', '.join(each for each in named if each[0] in used)})"


def length(minutes: int) -> str:
    """ "hour", "5 minutes", "7 days"."""
    size, word = next((size, word) for size, word in SPANS if minutes % size == 0)
    count = minutes // size
    return word if count == 1 else f"{count} {word}s"


def lasting(minutes: int) -> str:
    """ "an hour", "5 minutes": as "for …" wants it."""
    found = length(minutes)
    return found if found[0].isdigit() else f"{'an' if found == 'hour' else 'a'} {found}"


def number(unit: Unit, value: float | None) -> str:
    return numbers.exact(value) if unit in ("count", "ratio") else FORMATS[unit](value)


def condition(rule: AlertRule, unit: Unit) -> str:
    """ "above 100", "falling by more than 30 % against the same time yesterday": after "over the last hour", "when"."""
    if rule.condition == "change":
        by = f"{CHANGES[rule.direction]} by more than {numbers.percent(rule.threshold)}"
        return f"{by} against {AGAINST[rule.against]}"
    if rule.condition == "anomaly":
        return f"{UNUSUAL[rule.direction]}, by more than {numbers.exact(rule.threshold)} times the usual spread"
    if rule.condition == "absence":
        return "missing"
    return f"{LEVELS[rule.condition]} {number(unit, rule.threshold)}"


def happened(kind: str, rule: AlertRule, asked: Trend | None, reading: Reading) -> str:
    """The sentence that is told and kept in the history. `asked` is None for a rule that cannot be asked."""
    if asked is None or kind == "invalid":
        return f"The rule cannot be evaluated any more. {reading.why}"
    what = f"{measure(asked)} over the last {length(rule.window_minutes)}"
    if kind == "no_data":
        return f"{what}: no data. {reading.why}"
    told = f"{what}: {with_base(rule, asked.unit, reading)}"
    if kind == "fired":
        return f"{told}. Fires when {condition(rule, asked.unit)}."
    return f"{told}." if kind == "resolved" else f"{told}. There is data again."


def with_base(rule: AlertRule, unit: Unit, reading: Reading) -> str:
    """ "50 (−50 % against the same time yesterday: 100)"; the number alone where it is held against nothing else."""
    value, compared = number(unit, reading.value), base(rule, unit, reading)
    return f"{value} ({compared})" if compared else value


def base(rule: AlertRule, unit: Unit, reading: Reading) -> str:
    """What the number is held against."""
    if reading.base is None or reading.judged is None:
        return ""
    if rule.condition == "change":
        return f"{numbers.change(reading.judged)} against {AGAINST[rule.against]}: {number(unit, reading.base)}"
    return f"usual: about {number(unit, round(reading.base, 1))}"
