"""Month to month: what became of the revenue of the month before.

    start + new + reactivated + expansion − contraction − churned = end

Somebody's revenue of a month is their payments less refunds in it, at least nothing. New: never paid before.
Reactivated: paid before, but not in the month before. Months are calendar months of the workspace's zone, each currency
by itself.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from analytics.query.conditions import PERSON
from analytics.query.model import Period, Query
from analytics.query.periods import month_start
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from analytics.reports import money
from analytics.rollups.roles import names_of
from config.lib.clock import day_start
from workspaces.models import Workspace

MOVES = ("new", "reactivated", "expansion", "contraction", "churned")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOST_MONTHS = 36


@dataclass(frozen=True)
class Move:
    amount: Decimal
    people: int


@dataclass(frozen=True)
class Month:
    start: datetime
    currency: str
    before: Decimal  # revenue of the month before, from which the moves lead
    moves: dict[str, Move]
    after: Decimal
    partial: bool  # not over yet: who has not paid so far counts as churned

    @property
    def churn_rate(self) -> float | None:
        """Percent of the revenue before that left or shrank."""
        lost = self.moves["churned"].amount + self.moves["contraction"].amount
        return float(100 * lost / self.before) if self.before else None


def bridge(workspace: Workspace, query: Query, now: datetime) -> list[Month]:
    """The months that the period touches, each currency after the other; months without any revenue are left out."""
    starts = _months(query)
    (rows,) = report(query.dataset_id, [_statement(workspace, query, starts)], now).rows
    return [_month(starts, now, *row) for row in rows.rows]


def _months(query: Query) -> list[datetime]:
    """Their first moments and the end of the last."""
    first, last = query.period.start.date(), (query.period.end - timedelta(microseconds=1)).date()
    count = min(MOST_MONTHS, (last.year - first.year) * 12 + last.month - first.month + 1)
    return [day_start(month_start(last, n - count + 1), query.zone) for n in range(count + 1)]


def _statement(workspace: Workspace, query: Query, starts: list[datetime]) -> tuple[str, Parameters]:
    bound, names = Parameters(), names_of(workspace)
    paid, refunded = names["payment_completed"], names["refund"]
    ever = replace(query, period=Period("", BEGINNING, starts[-1]), compare=None)
    # Place 0: long ago; 1: the month before the first; from 2 on: the months.
    earlier = day_start(month_start(starts[0].date(), -1), query.zone)
    seconds = [0, *(int(each.timestamp()) for each in (earlier, *starts[:-1]))]
    edges = bound.bind(seconds, "Array(UInt32)")
    place = f"toInt32(indexOf({edges}, roundDown(toUnixTimestamp(ts), {edges}))) - 1"
    every = bound.bind([*paid, *refunded], "Array(String)")
    month = f"toYYYYMM(ts, {bound.bind(query.zone, 'String')})"  # long ago was more than one
    people = (
        f"SELECT {PERSON} AS person, {money.currency(workspace, bound)} AS code, {place} AS place,"
        f" greatest(sum({money.earned(paid, refunded, bound)}), toInt128(0)) AS amount"
        f" FROM events WHERE {where(ever, 'events', bound)} AND name IN {every} GROUP BY person, code, place, {month}"
    )
    months = bound.bind(list(range(2, len(seconds))), "Array(Int32)")
    each = (
        f"SELECT person, code, arrayJoin({months}) AS month,"
        " arraySum((p, a) -> if(p = month, a, toInt128(0)), places, amounts) AS here,"
        " arraySum((p, a) -> if(p = month - 1, a, toInt128(0)), places, amounts) AS before,"
        " arrayExists((p, a) -> p < month - 1 AND a > 0, places, amounts) AS was_there"
        " FROM (SELECT person, code, groupArray(place) AS places, groupArray(amount) AS amounts"
        f" FROM ({people}) GROUP BY person, code)"
    )
    sums = ", ".join(f"sumIf({amount}, {rule}), countIf({rule})" for rule, amount in _RULES.values())
    sql = (
        f"SELECT code, month, sum(before), {sums}, sum(here) FROM ({each})"
        " WHERE here > 0 OR before > 0 GROUP BY code, month ORDER BY code, month"
    )
    return sql, bound


_RULES = {
    "new": ("before = 0 AND NOT was_there", "here"),
    "reactivated": ("before = 0 AND was_there", "here"),
    "expansion": ("before > 0 AND here > before", "here - before"),
    "contraction": ("here > 0 AND here < before", "before - here"),
    "churned": ("here = 0", "before"),
}


def _month(starts: list[datetime], now: datetime, code: str, place: int, before: int, *rest: int) -> Month:
    *moved, after = rest
    moves = {name: Move(money.decimal(moved[2 * n]), int(moved[2 * n + 1])) for n, name in enumerate(MOVES)}
    is_partial = starts[place - 1] > now
    return Month(starts[place - 2], code, money.decimal(before), moves, money.decimal(after), is_partial)
