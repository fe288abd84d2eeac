"""Answers are kept until the dataset changes, and never longer."""

import pytest
import redis

from analytics.query import cache as answers
from analytics.query import run, run_many
from analytics.tests.world import page, page_view, store_events
from config.lib.redis_clients import buffer_client
from config.testing.world import NOW

TICK = 1_773_144_000_123  # 2026-03-10 12:00:00.123 UTC


@pytest.fixture
def tick(event_store, acme):
    """Says what the writer says after a committed batch."""
    key = f"tick:{acme.dataset_id()}"

    def commit(at_ms: int) -> None:
        buffer_client().set(key, at_ms)

    yield commit
    buffer_client().delete(key)


def test_the_same_question_is_answered_from_the_cache_until_the_next_batch(acme, tick):
    asked = page(acme).query("visitors", "pageviews")
    tick(TICK)
    store_events(acme.dataset_id(), [page_view("10:00")])
    first, again = run(asked, NOW), run(asked, NOW)

    store_events(acme.dataset_id(), [page_view("10:00", visitor=2)])
    still = run(asked, NOW)
    tick(TICK + 1)
    after = run(asked, NOW)

    assert [(each.cached, each.totals["visitors"]) for each in (first, again, still, after)] == [
        (False, 1), (True, 1), (True, 1), (False, 2),
    ]  # fmt: skip
    assert again == first


def test_the_answer_says_up_to_when_everything_is_counted(acme, tick):
    asked = page(acme).query("visitors")
    assert run(asked, NOW).as_of == NOW

    tick(TICK)

    assert run(asked, NOW).as_of.isoformat() == "2026-03-10T12:00:00.123000+00:00"


def test_without_a_tick_nothing_is_kept(acme, tick):
    asked = page(acme).query("visitors")

    assert [run(asked, NOW).cached for _ in range(2)] == [False, False]


def test_another_filter_period_or_dataset_is_another_question(acme, globex, tick):
    tick(TICK)
    buffer_client().set(f"tick:{globex.dataset_id()}", TICK)
    store_events(acme.dataset_id(), [page_view("10:00")])
    run(page(acme).query("visitors"), NOW)

    others = [page(acme, "f=is,page,/"), page(acme, "period=7d"), page(acme, "bots=1"), page(globex)]

    assert not any(run(each.query("visitors"), NOW).cached for each in others)
    assert run(page(globex).query("visitors"), NOW).totals == {"visitors": 0}


def test_a_question_asked_twice_at_once_is_asked_once(acme, event_store, monkeypatch):
    asked: list[str] = []
    query = event_store.query

    def counted(sql, *args, **kwargs):
        asked.append(sql)
        return query(sql, *args, **kwargs)

    monkeypatch.setattr("analytics.query.answers.query", counted)
    run_many([page(acme).query("visitors"), page(acme).query("visitors", dimensions=("country",))], NOW)

    assert len(asked) == 2  # the totals, and the countries


def test_without_the_buffer_questions_are_still_answered(acme, event_store, monkeypatch):
    class Away:
        def mget(self, keys):
            raise redis.ConnectionError

    monkeypatch.setattr(answers, "buffer_client", Away)

    assert run(page(acme).query("visitors"), NOW).totals == {"visitors": 0}
