"""Attribution: which visits led to a conversion, by the first, the last, and all of them in equal parts.

A conversion is one event of the goal. Its touches are the visits of the same person that saw a page and began at most
`window` days before it, not after it. A conversion without a touch is unattributed and shown as such: credit of every
model adds up to all conversions.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.query.conditions import PERSON
from analytics.query.model import Period, Query
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from analytics.reports import money
from workspaces.models import Workspace

MODELS = {"first": "First touch", "last": "Last touch", "linear": "Linear"}
BY = {
    "channel": "Channel", "source": "Source", "utm_campaign": "Campaign", "utm_medium": "UTM medium",
    "referrer": "Referrer", "entry_page": "Entry page", "country": "Country", "device": "Device",
}  # fmt: skip

# Weights in parts of 1: 1/n each. `-1` in `unattributed` rows stands for no touch at all.
TOUCHES = """
    SELECT
        person, code, amount, length(touches) AS n, n = 0 AS unattributed,
        arrayJoin(if(n = 0, [tuple(toUInt64(0), '')], arrayZip(arrayEnumerate(touches), touches))) AS touch,
        touch.2 AS key, n = 0 OR touch.1 = 1 AS is_first, n = 0 OR touch.1 = n AS is_last,
        1 / greatest(n, 1) AS share
    FROM (
        SELECT
            person, at, code, amount,
            arrayMap(v -> v.3, arrayFilter(v -> v.1 <= at AND v.1 >= at - {window}, visits)) AS touches
        FROM (
            SELECT
                {person} AS person, toUnixTimestamp64Milli(ts) AS at, {code} AS code, {amount} AS amount
            FROM events WHERE {events} AND name = {goal}
        ) AS conversions
        LEFT JOIN (
            SELECT
                {person} AS person,
                arraySort(groupArray((toUnixTimestamp64Milli(start), session_id, toString({by})))) AS visits
            FROM sessions FINAL WHERE {sessions} AND pageviews > 0 GROUP BY person
        ) AS earlier USING person
    )
"""
CREDIT = f"""
SELECT
    unattributed, key, sum(is_first), sum(is_last), sum(share),
    sumMap(map(code, amount * is_first)), sumMap(map(code, amount * is_last)),
    sumMap(map(code, toFloat64(amount) * share))
FROM ({TOUCHES})
GROUP BY unattributed, key
"""
CREDITED = {"first": "is_first", "last": "is_last", "linear": "share > 0"}


@dataclass(frozen=True)
class Credit:
    conversions: dict[str, float]  # by model
    value: dict[str, dict[str, Decimal]]  # by model, by currency


@dataclass(frozen=True)
class Attribution:
    rows: dict[str, Credit]  # by the visits' value of the dimension
    unattributed: Credit | None
    as_of: datetime

    def total(self, model: str) -> float:
        every = [*self.rows.values(), *([self.unattributed] if self.unattributed else [])]
        return sum(each.conversions[model] for each in every)


def attribution(workspace: Workspace, query: Query, goal: str, by: str, days: int, now: datetime) -> Attribution:
    """`query`'s period and conditions choose the conversions; every visit of their people may be a touch."""
    bound = Parameters()
    sql = _filled(CREDIT, workspace, query, goal, by, days, bound)
    reported = report(query.dataset_id, [(sql, bound)], now)
    rows, unattributed = {}, None
    for is_unattributed, key, *numbers in reported.rows[0].rows:
        if is_unattributed:
            unattributed = _credit(numbers)
        else:
            rows[key] = _credit(numbers)
    return Attribution(rows, unattributed, reported.as_of)


def people_in(
    workspace: Workspace, query: Query, goal: str, by: str, days: int, model: str, key: str | None
) -> tuple[str, Parameters]:
    """Who converted with some credit of `model` to `key`; None: those without a touch."""
    bound = Parameters()
    touches = _filled(TOUCHES, workspace, query, goal, by, days, bound)
    fits = "unattributed" if key is None else f"NOT unattributed AND key = {bound.bind(key, 'String')}"
    return f"SELECT person FROM ({touches}) WHERE {CREDITED[model]} AND {fits}", bound


def _filled(sql: str, workspace: Workspace, query: Query, goal: str, by: str, days: int, bound: Parameters) -> str:
    window = timedelta(days=days)
    wider = Period("touches", query.period.start - window, query.period.end)
    filled = {
        "window": bound.bind(round(window.total_seconds() * 1000), "Int64"),
        "goal": bound.bind(goal, "String"),
        "code": money.currency(workspace, bound),
        "amount": money.AMOUNT,
        "person": PERSON,
        "by": by,
        "events": where(query, "events", bound),
        "sessions": where(replace(query, period=wider, filters=()), "sessions", bound),
    }
    for name, text in filled.items():
        sql = sql.replace(f"{{{name}}}", text)
    return sql


def _credit(numbers: list[object]) -> Credit:
    counts, sums = numbers[:3], numbers[3:]
    return Credit(
        conversions=dict(zip(MODELS, map(float, counts), strict=True)),  # type: ignore[arg-type]
        value={model: money.decimals(each) for model, each in zip(MODELS, sums, strict=True)},  # type: ignore[arg-type]
    )
