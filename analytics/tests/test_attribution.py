"""Credit for conversions, against a recount by hand: every model adds up, and nobody's visits count for another."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query.model import Period, Query
from analytics.reports.attribution import MODELS, attribution
from analytics.tests.oracle import as_rows
from analytics.tests.world import Sent, store_events
from config.testing.world import NOW
from workspaces.models import Organization, Workspace

pytestmark = pytest.mark.usefixtures("event_store")
START = datetime(2026, 2, 1, tzinfo=UTC)
SOURCES = ("", "?utm_source=a", "?utm_source=b", "?utm_source=c")


def at(minutes):
    return (START + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()


def view(minutes, visitor=1, query=""):
    return Sent(at(minutes), "page_view", "/", visitor, query=query)


def buys(minutes, visitor=1, value=10.0, currency="USD"):
    return Sent(at(minutes), "goal", "/", visitor, "purchase", fields={"value": value, "currency": currency})


def february(workspace, first=0, days=28):
    begin = START + timedelta(days=first)
    return Query(workspace.dataset_id(), "UTC", Period("custom", begin, begin + timedelta(days=days)), ())


def conversions(found, model):
    return {key: credit.conversions[model] for key, credit in found.rows.items() if credit.conversions[model]}


def test_one_purchase_after_three_visits(acme):
    store_events(
        acme.dataset_id(),
        [
            view(0, query="?utm_source=a"),
            view(1440, query="?utm_source=b"),
            view(2880, query="?utm_source=c"),
            buys(2881),
        ],
    )

    found = attribution(acme, february(acme), "purchase", "source", 30, NOW)

    third = pytest.approx(1 / 3)
    assert conversions(found, "first") == {"a": 1}
    assert conversions(found, "last") == {"c": 1}
    assert conversions(found, "linear") == {"a": third, "b": third, "c": third}
    assert found.rows["a"].value["first"] == {"USD": Decimal("10.00")}
    assert found.unattributed is None


def test_visits_before_the_window_and_after_the_purchase_get_no_credit(acme):
    days = 1440
    store_events(
        acme.dataset_id(),
        [view(0, query="?utm_source=a"), view(10 * days, query="?utm_source=b"), buys(10 * days + 1),
         view(11 * days, query="?utm_source=c")],
    )  # fmt: skip

    found = attribution(acme, february(acme), "purchase", "source", 7, NOW)

    assert {model: conversions(found, model) for model in MODELS} == {model: {"b": 1} for model in MODELS}


def test_a_purchase_without_any_visit_is_unattributed(acme):
    store_events(acme.dataset_id(), [buys(0, visitor=5)])  # from a server: nobody saw a page

    found = attribution(acme, february(acme), "purchase", "source", 30, NOW)

    assert found.rows == {}
    assert found.unattributed.conversions == {"first": 1, "last": 1, "linear": 1}


def test_a_touch_before_the_period_counts_for_a_purchase_in_it(acme):
    store_events(acme.dataset_id(), [view(0, query="?utm_source=a"), view(3 * 1440), buys(3 * 1440 + 1)])

    found = attribution(acme, february(acme, first=2), "purchase", "source", 30, NOW)

    assert conversions(found, "first") == {"a": 1}


def expected(stored, window):
    """By loops: {key or None: [first, last, linear]}."""
    sessions = {row["session_id"]: row for row in as_rows(dict(stored.sessions))}
    credit = {}
    for event in as_rows(dict(stored.events)):
        if event["name"] != "purchase":
            continue
        touches = sorted(
            (each["start"], each["session_id"], each["source"])
            for each in sessions.values()
            if each["person_id"] == event["person_id"]
            and each["pageviews"]
            and event["ts"] - window.total_seconds() * 1000 <= each["start"] <= event["ts"]
        )
        keys = [key for *_, key in touches] or [None]
        for place, key in enumerate(keys):
            mine = credit.setdefault(key, [0, 0, 0])
            mine[0] += place == 0
            mine[1] += place == len(keys) - 1
            mine[2] += 1 / len(keys)
    return credit


EVENTS = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 4), st.sampled_from((*SOURCES, "buys"))), min_size=1, max_size=40
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=EVENTS, days=st.sampled_from([1, 7, 30]))
def test_every_model_equals_a_recount_by_hand(db, events, days):
    organization = Organization.objects.create(name="O", slug=f"o{Organization.objects.count()}")
    workspace = Workspace.objects.create(organization=organization, name="W", slug=organization.slug)
    sent = [buys(when, who) if what == "buys" else view(when, who, what) for when, who, what in events]
    stored = store_events(workspace.dataset_id(), sent)

    found = attribution(workspace, february(workspace), "purchase", "source", days, NOW)

    counted = {key: list(credit.conversions.values()) for key, credit in found.rows.items()}
    if found.unattributed:
        counted[None] = list(found.unattributed.conversions.values())
    assert counted == {key: pytest.approx(numbers) for key, numbers in expected(stored, timedelta(days=days)).items()}
    everything = sum(what == "buys" for *_, what in events)
    assert {model: pytest.approx(everything) for model in MODELS} == {model: found.total(model) for model in MODELS}


def test_nothing_of_a_neighbour_is_credited(acme, globex):
    store_events(globex.dataset_id(), [view(0, query="?utm_source=theirs"), buys(1)])
    store_events(acme.dataset_id(), [buys(1)])

    found = attribution(acme, february(acme), "purchase", "source", 30, NOW)

    assert (found.rows, found.total("last")) == ({}, 1)
