"""Above a number of events distinct visitors are estimated, and the answer says so."""

import pytest

from analytics.query import run, size
from analytics.tests.world import page, page_view, store_events
from config.testing.world import NOW


@pytest.fixture
def busy(event_store, acme):
    store_events(acme.dataset_id(), [page_view("10:00", f"/{n}", visitor=n) for n in range(1, 201)])
    size._events.cache_clear()
    return page(acme).query("visitors", "visits", dimensions=("page",), limit=1)


def test_a_small_period_is_counted(busy):
    result = run(busy, NOW)

    assert (result.totals["visitors"], result.exact) == (200, True)


def test_a_large_one_is_estimated_within_a_percent(busy, monkeypatch):
    monkeypatch.setattr(size, "EXACT_UP_TO", 199)

    result = run(busy, NOW)

    assert result.exact is False
    assert result.totals["visitors"] == pytest.approx(200, rel=0.01)
    assert result.rows[0].values == {"visitors": 1, "visits": 1}
