"""Business metrics after an erasure: nobody who was erased stands in them, also where nothing older is left."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.rollups import Dataset, roll_up
from analytics.tests.test_rollups import event
from analytics.tests.world import store_events
from config.testing.world import NOW
from tracking import erasure
from tracking.models import Erasure

pytestmark = pytest.mark.usefixtures("event_store", "clock")
FIRST, SECOND = 4711, 4712


@pytest.fixture
def two_people(acme):
    """One pays on 1 March, before anybody else comes; the other on the 5th."""
    store_events(
        acme.dataset_id(),
        [
            event(datetime(2026, 3, 1, 10, tzinfo=UTC), "payment_completed", FIRST, 50.0, "USD"),
            event(datetime(2026, 3, 5, 10, tzinfo=UTC), "payment_completed", SECOND, 20.0, "USD"),
        ],
    )
    roll_up(Dataset.of(acme, "live"), NOW)


def erase(as_admin, person: int) -> None:
    as_admin.delete(f"/api/v1/analytics/people/{person}")
    erasure.erase(Erasure.objects.latest("asked_at", "pk").pk, NOW)


def told(as_admin, metric: str, every: str = "daily") -> dict[str, float]:
    """Values that are not 0, by date."""
    asked = {"metric_type": metric, "period": every, "start_date": "2026-02-20", "end_date": "2026-03-09"}
    rows = as_admin.get("/api/v1/analytics/metrics/aggregated", asked).json()
    return {row["metric_date"][:10]: row["value"] for row in rows if row["value"]}


def test_whoever_came_before_all_others_is_counted_no_more(acme, as_admin, two_people, clock):
    before = told(as_admin, "revenue")
    erase(as_admin, FIRST)
    clock.shift(timedelta(minutes=15))

    assert before == {"2026-03-01": 50, "2026-03-05": 20}
    assert told(as_admin, "revenue") == {"2026-03-05": 20}
    assert set(told(as_admin, "mau")) == {f"2026-03-{day:02}" for day in range(5, 10)}


def test_where_everybody_is_erased_nothing_is_left(acme, as_admin, two_people, clock):
    erase(as_admin, FIRST)
    erase(as_admin, SECOND)
    clock.shift(timedelta(minutes=15))

    assert (told(as_admin, "revenue"), told(as_admin, "dau"), told(as_admin, "revenue", "weekly")) == ({}, {}, {})
