"""What a question may cost, who says so, and what happens to the question of somebody who has left."""

import socket
import threading
import time
from contextvars import copy_context

import pytest

from analytics.query import costs
from analytics.tests.world import page_view, store_events
from config.lib import askers
from config.lib.askers import Asker, AskerGone, AskerMiddleware
from config.testing.world import NOW
from tracking import store
from tracking.store import QueryTimeout
from tracking.store.client import client
from workspaces import limits
from workspaces.limits import Quota

pytestmark = pytest.mark.usefixtures("event_store", "clock")
QUERY = "/api/v1/analytics/query"
SLOW = "SELECT sum(cityHash64(number, number)) FROM numbers(100000000000)"  # minutes


@pytest.fixture(autouse=True)
def nothing_is_known():
    costs.forget()


def allow(acme, *quotas, by: str = "plan"):
    limits.set_limits(acme.organization, quotas, NOW)
    costs.forget()


def test_without_a_plan_the_installation_says_what_a_question_may_cost(acme, settings):
    settings.QUERY_MAX_SECONDS, settings.QUERY_MAX_MEGABYTES, settings.QUERY_MAX_ROWS = 7, 300, 1000
    most = costs.limits_of(acme.dataset_id())
    assert (most.max_execution_time, most.max_memory_usage, most.max_rows_to_read) == (7, 300_000_000, 1000)


def test_the_plan_says_more_and_an_operator_has_the_last_word(acme, owner):
    allow(acme, *limits.costs(5, 500, 100))
    assert costs.limits_of(acme.dataset_id("test")).max_rows_to_read == 100
    limits.set_limit(acme.organization, Quota("query_rows", "always", None), actor=owner, now=NOW)
    costs.forget()
    most = costs.limits_of(acme.dataset_id())
    assert (most.max_rows_to_read, most.max_execution_time) == (0, 5)  # 0: the engine's word for no limit


def test_a_plan_of_a_neighbour_costs_nothing_here(acme, globex):
    allow(globex, *limits.costs(1, 1, 1))
    assert costs.limits_of(acme.dataset_id()).max_execution_time == 10


def test_a_question_beyond_its_limit_is_told_the_limit_and_a_way_on(acme, as_owner):
    store_events(acme.dataset_id(), [page_view("08:00", visitor=each) for each in range(50)])
    allow(acme, *limits.costs(10, 1000, 20))
    question = {"metrics": ["events"], "dimensions": ["title"], "period": "28d"}
    answer = as_owner.post(f"{QUERY}?workspace={acme.slug}", question, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "query_too_large")
    assert "more than the 20 rows" in answer.json()["detail"] and "shorter period" in answer.json()["detail"]


def test_a_page_beyond_the_limit_says_the_same_sentence(acme, as_owner):
    store_events(acme.dataset_id(), [page_view("08:00", visitor=each) for each in range(50)])
    allow(acme, *limits.costs(10, 1000, 20))
    assert "more than the 20 rows" in as_owner.get(f"/w/{acme.slug}/reports/trends/").content.decode()


def test_too_much_time_is_told_apart_from_too_much_memory(acme):
    allow(acme, *limits.costs(1, 1000, 0))
    with pytest.raises(QueryTimeout) as refused:
        costs.query(SLOW, {}, acme.dataset_id())
    assert "longer than the 1 seconds" in costs.said(refused.value)
    allow(acme, *limits.costs(10, 1, 0))
    with pytest.raises(store.QueryTooLarge) as refused:
        costs.query("SELECT groupArray(number) FROM numbers(10000000)", {}, acme.dataset_id())
    assert "1 MB of memory" in costs.said(refused.value)


def test_who_hangs_up_stops_the_engine_at_once(acme, rf):
    here, browser = socket.socketpair()
    outcome: list[object] = []

    def ask(request):
        assert isinstance(askers.current(), Asker)
        try:
            costs.query(SLOW, {}, acme.dataset_id())
        except AskerGone as gone:
            outcome.append(gone)
            raise

    request = rf.get("/")
    request.META["gunicorn.socket"] = here
    middleware = AskerMiddleware(ask)  # type: ignore[arg-type]
    allow(acme, *limits.costs(20, 1000, 0))
    threading.Timer(0.3, browser.close).start()
    with pytest.raises(AskerGone):
        middleware(request)
    here.close()
    assert outcome
    assert middleware.process_exception(request, AskerGone()).status_code == 499  # type: ignore[union-attr]
    until = time.monotonic() + 5
    while _running() and time.monotonic() < until:
        time.sleep(0.05)
    assert not _running()  # inside the engine too


def test_after_hanging_up_nothing_more_is_begun(acme, rf):
    allow(acme, *limits.costs(60, 1000, 0))
    here, browser = socket.socketpair()
    request = rf.get("/")
    request.META["gunicorn.socket"] = here
    browser.close()

    def ask(request):
        with pytest.raises(AskerGone):
            costs.query(SLOW, {}, acme.dataset_id())
        # Whatever else the page would ask, in threads of their own, in the context of the request.
        with pytest.raises(AskerGone):
            copy_context().run(costs.query, "SELECT 1", {}, acme.dataset_id())

    AskerMiddleware(ask)(request)  # type: ignore[arg-type]
    here.close()


def _running() -> int:
    found = client().query(
        "SELECT count() FROM system.processes WHERE query LIKE '%cityHash64(number, number)%'"
        " AND query NOT LIKE '%system.processes%'"
    )
    return int(found.result_rows[0][0])
