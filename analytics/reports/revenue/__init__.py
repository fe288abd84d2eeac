"""Revenue: payments less refunds, for each currency by itself. Only where a workspace states a rate are they added."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from analytics.query.conditions import PERSON
from analytics.query.gaps import axis, edges
from analytics.query.model import Interval, Query
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from analytics.query.series import begun_in
from analytics.reports import money
from analytics.reports.money import Rates
from analytics.rollups.roles import Names, names_of
from workspaces.models import Workspace

BY = {
    "event": ("Event", "toString(name)"), "source": ("Source", "toString(source)"),
    "channel": ("Channel", "toString(channel)"), "utm_campaign": ("Campaign", "toString(utm_campaign)"),
    "country": ("Country", "toString(country)"), "device": ("Device", "toString(device)"),
    "page": ("Page", "toString(path)"), "product": ("Product", "props['product']"),
}  # fmt: skip


@dataclass(frozen=True)
class OfCurrency:
    currency: str
    payments: int
    refunds: int
    people: int
    paid: Decimal
    refunded: Decimal  # as a positive amount

    @property
    def net(self) -> Decimal:
        return self.paid - self.refunded

    @property
    def mean(self) -> Decimal | None:
        """Of one payment."""
        return self.paid / self.payments if self.payments else None

    @property
    def per_person(self) -> Decimal | None:
        return self.net / self.people if self.people else None


@dataclass(frozen=True)
class RevenueRow:
    key: str
    payments: int
    net: dict[str, Decimal]  # by currency


@dataclass(frozen=True)
class Revenue:
    currencies: list[OfCurrency]  # most payments first
    rows: list[RevenueRow]
    series: list[tuple[datetime, dict[str, Decimal]]]
    rates: Rates
    as_of: datetime
    names: Names = field(default_factory=dict)

    @property
    def net(self) -> dict[str, Decimal]:
        return {each.currency: each.net for each in self.currencies}


def revenue(
    workspace: Workspace, query: Query, by: str, interval: Interval, now: datetime, limit: int = 100
) -> Revenue:
    names, rates = names_of(workspace), Rates.of(workspace)
    asked = [
        _totals(workspace, query, names),
        _breakdown(workspace, query, names, BY[by][1], limit),
        _series(workspace, query, names, interval),
    ]
    reported = report(query.dataset_id, asked, now)
    totals, groups, buckets = (each.rows for each in reported.rows)
    found = {second: money.decimals(summed) for second, summed in buckets}
    starts = edges(query.period, interval)
    return Revenue(
        currencies=[
            OfCurrency(code, paid, refunds, people, money.decimal(came), money.decimal(went))
            for code, paid, refunds, people, came, went in totals
        ],
        rows=[RevenueRow(key, payments, money.decimals(summed)) for key, payments, summed in groups],
        series=[(start, found.get(int(start.timestamp()), {})) for start in starts],
        rates=rates,
        as_of=reported.as_of,
        names=names,
    )


def _money_events(query: Query, names: Names, bound: Parameters) -> str:
    every = bound.bind([*names["payment_completed"], *names["refund"]], "Array(String)")
    return f"FROM events WHERE {where(query, 'events', bound)} AND name IN {every}"


def _totals(workspace: Workspace, query: Query, names: Names) -> tuple[str, Parameters]:
    bound = Parameters()
    paid = f"name IN {bound.bind(list(names['payment_completed']), 'Array(String)')}"
    sql = (
        f"SELECT {money.currency(workspace, bound)} AS code, countIf({paid}) AS payments, countIf(NOT {paid}),"
        f" uniqExactIf({PERSON}, {paid}), sumIf({money.AMOUNT}, {paid}), sumIf(abs({money.AMOUNT}), NOT {paid})"
        f" {_money_events(query, names, bound)} GROUP BY code ORDER BY payments DESC, code"
    )
    return sql, bound


def _breakdown(workspace: Workspace, query: Query, names: Names, key: str, limit: int) -> tuple[str, Parameters]:
    bound = Parameters()
    paid, refunded = names["payment_completed"], names["refund"]
    sql = (
        f"SELECT {key} AS k, countIf(name IN {bound.bind(list(paid), 'Array(String)')}) AS payments,"
        f" {money.by_currency(workspace, paid, refunded, bound)} {_money_events(query, names, bound)}"
        f" GROUP BY k ORDER BY payments DESC, k LIMIT {bound.bind(limit, 'UInt32')}"
    )
    return sql, bound


def _series(workspace: Workspace, query: Query, names: Names, interval: Interval) -> tuple[str, Parameters]:
    bound = Parameters()
    bucket = begun_in("events", bound.bind(list(axis(query.period, interval).firsts), "Array(UInt32)"))
    paid, refunded = names["payment_completed"], names["refund"]
    sql = (
        f"SELECT {bucket} AS bucket, {money.by_currency(workspace, paid, refunded, bound)}"
        f" {_money_events(query, names, bound)} GROUP BY bucket"
    )
    return sql, bound
