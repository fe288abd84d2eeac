"""Accounts: people grouped by a property of their events, such as the company they act for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from analytics.query.catalogue import PROPERTY_KEY
from analytics.query.conditions import PERSON
from analytics.query.model import Query, QueryError
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from analytics.reports import money
from analytics.rollups.roles import names_of
from workspaces.models import Workspace


@dataclass(frozen=True)
class Account:
    name: str
    people: int
    visits: int
    events: int
    first_seen: datetime
    last_seen: datetime
    revenue: dict[str, Decimal]


@dataclass(frozen=True)
class Accounts:
    accounts: list[Account]
    count: int
    as_of: datetime


def accounts(workspace: Workspace, query: Query, key: str, limit: int, offset: int, now: datetime) -> Accounts:
    """By events, most first. An event without the property belongs to no account."""
    bound, names = Parameters(), names_of(workspace)
    by = f"props[{bound.bind(key, 'String')}]"
    earned = money.by_currency(workspace, names["payment_completed"], names["refund"], bound)
    sql = (
        f"SELECT {by} AS account, uniqExact({PERSON}), uniqExact(session_id), count() AS times, min(ts), max(ts),"
        f" {earned}, count() OVER () FROM events WHERE {where(query, 'events', bound)} AND {by} != '' GROUP BY account"
        f" ORDER BY times DESC, account LIMIT {bound.bind(limit, 'UInt32')} OFFSET {bound.bind(offset, 'UInt32')}"
    )
    reported = report(query.dataset_id, [(sql, bound)], now)
    rows = reported.rows[0].rows
    found = [
        Account(name, people, visits, events, first, last, money.decimals(summed))
        for name, people, visits, events, first, last, summed, _ in rows
    ]
    return Accounts(found, rows[0][-1] if rows else 0, reported.as_of)


def property_key(text: str) -> str:
    if not PROPERTY_KEY.fullmatch(text):
        raise QueryError("`by` is the name of a property, such as by=company.", "by")
    return text
