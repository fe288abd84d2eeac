"""One person: since when, from where, with what, worth what, and all that is known of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from analytics.query import costs
from analytics.query.conditions import PERSON
from analytics.query.scope import Parameters
from analytics.reports import money
from analytics.reports.people.called import called
from analytics.rollups.roles import names_of
from tracking.store.persons import traits_of
from workspaces.models import Workspace

SUMMARY = """
SELECT
    min(start), max(stop), count(), sum(pageviews), sum(events), sum(engaged_ms), maxIf(user_id, user_id != ''),
    groupUniqArray(10)(toString(country)), groupUniqArray(10)(toString(device)), groupUniqArray(10)(toString(browser)),
    groupUniqArray(10)(toString(os)), argMin(toString(source), start), argMin(toString(entry_page), start),
    uniqExact(visitor_id)
FROM sessions FINAL
WHERE dataset_id = {dataset:UInt32} AND person_id = {person:UInt64}
"""


@dataclass(frozen=True)
class Profile:
    person_id: int
    first_seen: datetime
    last_seen: datetime
    visits: int
    pageviews: int
    events: int
    engaged_s: float
    user_id: str
    countries: list[str]
    devices: list[str]
    browsers: list[str]
    systems: list[str]
    source: str  # of the first visit
    entry_page: str
    visitors: int  # browsers and devices they came with
    traits: dict[str, str]
    revenue: dict[str, Decimal]  # by currency

    @property
    def name(self) -> str:
        """What people call them, as far as anything says."""
        known = (self.traits.get(key) for key in ("name", "full_name", "email"))
        return next(filter(None, known), "") or called(self.user_id, self.person_id)


def profile(workspace: Workspace, dataset_id: int, person_id: int) -> Profile | None:
    """None for nobody of this dataset."""
    parameters = {"dataset": dataset_id, "person": person_id}
    [(first, last, visits, views, events, engaged, *rest)] = costs.query(SUMMARY, parameters, dataset_id).rows
    if not visits:
        return None
    user_id, *places, source, entry_page, visitors = rest
    countries, devices, browsers, systems = (sorted(filter(None, each)) for each in places)
    return Profile(
        person_id, first, last, visits, views, events, engaged / 1000, user_id, countries, devices, browsers, systems,
        source, entry_page, visitors, traits_of(dataset_id, person_id),
        _revenue(workspace, dataset_id, person_id, first, last),
    )  # fmt: skip


def _revenue(workspace: Workspace, dataset_id: int, person: int, first: datetime, last: datetime) -> dict[str, Decimal]:
    names, bound = names_of(workspace), Parameters()
    paid, refunded = names["payment_completed"], names["refund"]
    sql = (
        f"SELECT {money.by_currency(workspace, paid, refunded, bound)} FROM events"
        f" WHERE dataset_id = {bound.bind(dataset_id, 'UInt32')} AND {PERSON} = {bound.bind(person, 'UInt64')}"
        f" AND toDate(ts) BETWEEN {bound.bind(first.date(), 'Date')} AND {bound.bind(last.date(), 'Date')}"
        f" AND name IN {bound.bind([*paid, *refunded], 'Array(String)')}"
    )
    return money.decimals(costs.query(sql, bound.values, dataset_id).rows[0][0])
