"""The demo's traffic: the same each time, and something for every report."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tracking import conservation, demo
from tracking.demo import shop, visits
from tracking.tests.usage.booked import stored

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
# What the reports look for; a page without any of it would be empty.
WANTED = {
    "page_view", "search", "click", "purchase", "newsletter_signup", "signup_started", "signup_completed",
    "payment_completed", "payment_failed", "refund", "subscription_created", "subscription_cancelled",
    "generation_completed", "generation_failed", "referral_sent", "referral_accepted", "product_view", "add_to_cart",
}  # fmt: skip


def test_it_holds_something_for_every_report():
    envelopes = list(visits(1, NOW, 2026))
    events = [event for each in envelopes for event in each.events]
    names = Counter(event.name for event in events)
    props = Counter(name for event in events for name in event.props)

    assert WANTED - set(names) == set()
    assert {event.props.get("link") for event in events} >= {"outbound", "download"}
    assert {"status", "query", "lcp", "account", "product_name", "category"} - set(props) == set()
    assert {event.currency for event in events} == {"", "USD", "EUR", "GBP"}
    assert any(event.traits for event in events)
    assert NOW - timedelta(minutes=30) < datetime.fromtimestamp(events[-1].at_ms / 1000, UTC) < NOW


def test_the_same_seed_makes_the_same_traffic_and_known_people_come_back():
    first, second = (list(visits(1, NOW, 2026)) for _ in range(2))
    users = Counter(event.user_id for each in first for event in {e.user_id: e for e in each.events}.values())

    assert first == second
    assert sum(count > 1 for user, count in users.items() if user) > 50


def test_no_event_lies_ahead_and_events_of_a_visit_are_in_order():
    for each in visits(1, NOW, 2026):
        times = [event.at_ms for event in each.events]
        assert times == sorted(times)
        assert times[-1] < NOW.timestamp() * 1000


def test_the_books_of_its_hours_add_up(acme, empty_log, monkeypatch):
    monkeypatch.setattr(shop, "DAYS", 1)
    monkeypatch.setattr(shop, "VISITS_A_DAY", 20)
    sent = demo.send(acme.dataset_id(), NOW)
    stored()

    hours = conservation.hours(acme.dataset_id(), NOW, NOW + conservation.HOUR, most=48)

    assert sum(hour.received for hour in hours) == sum(hour.stored for hour in hours) == sent > 0
    assert {hour.missing for hour in hours} == {0}
