"""Above a number of events distinct visitors are estimated, and the answer says so; a question has two threads."""

import pytest

from analytics.query import answers, run, run_many, size
from analytics.query.model import Filter
from analytics.tests.world import page, page_view, store_events
from config.testing.world import NOW
from tracking.store import query


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


@pytest.mark.parametrize(
    ("most", "metrics", "threads"),
    [(1_000_000, ["events"], [1]), (0, ["events"], [2]), (0, ["events", "pageviews"], [1, 2])],
)
def test_a_question_has_two_threads_where_it_is_alone_or_the_last_and_there_is_much_to_read(
    busy, acme, monkeypatch, most, metrics, threads
):
    asked = []
    monkeypatch.setattr(size, "ONE_THREAD_UP_TO", most)
    monkeypatch.setattr(
        answers, "query", lambda *a, limits, **more: asked.append(limits) or query(*a, limits=limits, **more)
    )

    results = run_many([page(acme).query(each, compare=None) for each in metrics], NOW)

    assert [each.totals[metric] for each, metric in zip(results, metrics, strict=True)] == [200] * len(metrics)
    assert sorted(each.max_threads for each in asked) == threads


@pytest.mark.parametrize(("name", "longest"), [("page", "sessions"), ("entry_page", "events")])
def test_the_two_threads_are_for_the_question_that_looks_up_the_other_table(busy, acme, monkeypatch, name, longest):
    asked = {}
    monkeypatch.setattr(size, "ONE_THREAD_UP_TO", 0)
    monkeypatch.setattr(
        answers,
        "query",
        lambda sql, *a, limits, **more: (
            asked.update({sql: limits.max_threads}) or query(sql, *a, limits=limits, **more)
        ),
    )

    result = run(page(acme).query("visits", "pageviews", compare=None, filters=(Filter(name, "is", ("/7",)),)), NOW)

    assert result.totals == {"visits": 1, "pageviews": 1}
    assert {("FROM sessions FINAL WHERE" in sql.split("IN (SELECT")[0]): each for sql, each in asked.items()} == {
        longest == "sessions": 2,
        longest == "events": 1,
    }
