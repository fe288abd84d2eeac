"""Who runs next on the store when all places are taken: one tenant's many do not keep the others waiting."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Event
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from tracking.store.owner.engine import FOR_OTHERS, PLACES
from tracking.store.owner.errors import Refusal
from tracking.store.owner.places import Places, Watch
from tracking.tests.store.owners import Owner, wait_for_running


def stays(_: Callable[[], None]) -> AbstractContextManager[None]:
    """Watches somebody who does not go away."""
    return nullcontext()


class Crowd:
    """Those who ask for a place, each in a thread until `leave`."""

    def __init__(self, places: Places) -> None:
        self.places, self.ran = places, list[str]()
        self._threads, self._leaving = ThreadPoolExecutor(20), dict[str, Event]()

    def come(self, *names: str) -> list[Future[None]]:
        """One after the other. The letter a name begins with is its tenant."""
        return [self._come(name) for name in names]

    def _come(self, name: str, watch: Watch = stays) -> Future[None]:
        self._leaving[name] = Event()
        asked = self._threads.submit(self._ask, name, watch)
        time.sleep(0.02)  # it has a place or waits for one
        return asked

    def _ask(self, name: str, watch: Watch) -> None:
        with self.places.taken(name[0], watch):
            self.ran.append(name)
            self._leaving[name].wait(10)

    def leave(self, *names: str) -> None:
        for name in names:
            self._leaving[name].set()
            time.sleep(0.02)

    def close(self) -> None:
        for leaving in self._leaving.values():
            leaving.set()
        self._threads.shutdown()


@pytest.fixture
def crowd_of() -> Iterator[Callable[..., Crowd]]:
    crowds: list[Crowd] = []

    def made(*of: Any, **by: Any) -> Crowd:
        crowds.append(Crowd(Places(*of, **by)))
        return crowds[-1]

    yield made
    for crowd in crowds:
        crowd.close()


def test_a_free_place_goes_to_the_tenant_who_has_none(crowd_of: Callable[..., Crowd]) -> None:
    crowd = crowd_of(2, wait_s=5, most=2)
    crowd.come("a1", "a2", "a3", "a4", "b1", "b2")
    crowd.leave("a1", "a2", "b1")

    # b1 is let in before a3, who waited longer, and b2 before a4.
    assert crowd.ran == ["a1", "a2", "b1", "a3", "b2"]


def test_among_equals_it_goes_to_whoever_waited_longest(crowd_of: Callable[..., Crowd]) -> None:
    crowd = crowd_of(1, wait_s=5, most=1)
    crowd.come("a1", "c1", "b1", "a2")
    crowd.leave("a1", "c1", "b1")

    assert crowd.ran == ["a1", "c1", "b1", "a2"]


def test_one_tenant_gets_all_but_what_is_kept_for_others(crowd_of: Callable[..., Crowd]) -> None:
    crowd = crowd_of(4, wait_s=5, most=3)
    crowd.come("a1", "a2", "a3", "a4", "b1")
    assert crowd.ran == ["a1", "a2", "a3", "b1"]

    crowd.leave("b1")  # frees no place for a4
    assert crowd.ran == ["a1", "a2", "a3", "b1"]
    crowd.leave("a2")
    assert crowd.ran == ["a1", "a2", "a3", "b1", "a4"]


def test_who_waits_too_long_is_told_to_come_back(crowd_of: Callable[..., Crowd]) -> None:
    crowd = crowd_of(1, wait_s=0.05, most=1)
    _, refused = crowd.come("a1", "a2")

    with pytest.raises(Refusal, match="1 statements are running") as told:
        refused.result(timeout=5)
    assert (told.value.code, told.value.status) == (202, 503)
    crowd.leave("a1")
    crowd.come("a3")
    assert crowd.ran == ["a1", "a3"]


def test_who_goes_away_waits_no_longer(crowd_of: Callable[..., Crowd]) -> None:
    crowd = crowd_of(1, wait_s=5, most=1)

    @contextmanager
    def goes(away: Callable[[], None]) -> Iterator[None]:
        away()
        yield

    crowd.come("a1")
    gone = crowd._come("a2", goes)
    crowd.come("a3")
    crowd.leave("a1")

    with pytest.raises(Refusal, match="has gone"):
        gone.result(timeout=5)
    assert crowd.ran == ["a1", "a3"]


def test_nobody_gets_in_when_the_store_stops(crowd_of: Callable[..., Crowd]) -> None:
    crowd = crowd_of(1, wait_s=5, most=1)
    _, waits = crowd.come("a1", "a2")
    crowd.places.close()
    (late,) = crowd.come("a3")

    for refused in (waits, late):
        with pytest.raises(Refusal, match="is stopping"):
            refused.result(timeout=5)
    crowd.leave("a1")
    crowd.places.wait_until_free(5)
    assert crowd.ran == ["a1"]


class TestThroughHTTP:
    LONG = "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)"

    def head(self, owner: Owner, sql: str, tenant: str) -> bytes:
        of = f"max_threads=1&wait_end_of_query=1&additional_table_filters={{'t.x':'tenant={tenant}'}}"
        key = f"X-ClickHouse-Key: {owner.token}"
        return f"POST /?{of} HTTP/1.1\r\n{key}\r\nContent-Length: {len(sql)}\r\n\r\n{sql}".encode()

    def ask(self, owner: Owner, sql: str, tenant: str) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", owner.port))
        client.settimeout(20)
        client.sendall(self.head(owner, sql, tenant))
        return client

    def test_a_tenant_is_answered_while_another_asks_for_more_than_there_are_places(
        self, owner: Owner, driver: Client
    ) -> None:
        many = [self.ask(owner, self.LONG, "1") for _ in range(40)]
        wait_for_running(driver, PLACES["reads"] - FOR_OTHERS)
        with self.ask(owner, "SELECT 'there'", "2") as one:
            assert b"there\n" in one.recv(65536)

        for client in many:
            client.close()
        wait_for_running(driver, 0)
        with self.ask(owner, "SELECT 'here'", "1") as one:  # those who went away are waited for no more
            assert b"here\n" in one.recv(65536)
