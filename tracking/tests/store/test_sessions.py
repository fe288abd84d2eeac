"""Connections that are used again: what one statement did is nothing the next can see."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from clickhouse_connect.driver.client import Client

from tracking.store.owner.kinds import LONGEST, MOST, Kinds
from tracking.store.owner.sessions import Kept, Session, key_of
from tracking.tests.store.owners import Owner, wait_for_running

SETTINGS = {"readonly": "1", "max_threads": "1"}


def ask(owner: Owner, sql: str, **parameters: str) -> httpx.Response:
    return owner.http.post("/", content=sql, params={"wait_end_of_query": "1", **SETTINGS, **parameters})


@pytest.fixture
def rooms(owner: Owner) -> Iterator[None]:
    """A table with two tenants' rows: 1 of the first, 2 of the second."""
    owner.http.post("/", content="CREATE TABLE t.rooms (tenant UInt8) ENGINE = MergeTree ORDER BY tenant")
    owner.http.post("/", content="INSERT INTO t.rooms SELECT * FROM values('tenant UInt8', 1, 2, 2)")
    yield
    owner.http.post("/", content="DROP TABLE t.rooms SYNC")


def test_a_value_bound_for_one_question_is_unknown_to_the_next(owner: Owner) -> None:
    assert ask(owner, "SELECT {who:String}", param_who="ann").text == "ann\n"
    assert ask(owner, "SELECT {who:String}").headers["X-ClickHouse-Exception-Code"] == "456"
    assert ask(owner, "SELECT {who:String}", param_who="bob").text == "bob\n"


def test_what_a_statement_sets_for_itself_ends_with_it(owner: Owner) -> None:
    asked = {"readonly": "0"}
    assert ask(owner, "SELECT getSetting('max_block_size') SETTINGS max_block_size = 777", **asked).text == "777\n"
    assert ask(owner, "SELECT getSetting('max_block_size')", **asked).text != "777\n"


@pytest.mark.usefixtures("rooms")
def test_tenants_who_ask_the_same_in_turn_see_their_own_rows(owner: Owner) -> None:
    def rows(tenant: int) -> str:
        confined = f"{{'t.rooms': 'tenant = {tenant}'}}"
        return ask(owner, "SELECT count() FROM t.rooms", additional_table_filters=confined).text

    assert [rows(tenant) for tenant in (1, 2, 1, 2, 2, 1)] == ["1\n", "2\n", "1\n", "2\n", "2\n", "1\n"]


@pytest.mark.usefixtures("rooms")
def test_a_table_that_was_changed_meanwhile_is_seen_as_it_is(owner: Owner) -> None:
    before = ask(owner, "SELECT * FROM t.rooms ORDER BY tenant LIMIT 1").text
    owner.http.post("/", content="ALTER TABLE t.rooms ADD COLUMN name String DEFAULT 'hall'")

    assert (before, ask(owner, "SELECT * FROM t.rooms ORDER BY tenant LIMIT 1").text) == ("1\n", "1\thall\n")


def test_clients_that_are_gone_at_once_leave_nothing_running(owner: Owner, driver: Client) -> None:
    slow = "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)"
    head = f"POST /?wait_end_of_query=1 HTTP/1.1\r\nX-ClickHouse-Key: {owner.token}\r\nContent-Length: {len(slow)}"
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", owner.port)) as client:
            client.sendall(f"{head}\r\n\r\n{slow}".encode())

    time.sleep(0.2)  # all have begun
    wait_for_running(driver, 0)


class TestSession:
    def session(self, settings: dict[str, str] = SETTINGS) -> tuple[Session, Mock]:
        killed = Mock()
        return Session(Mock(), key_of("t", settings), killed), killed

    def test_a_client_that_goes_away_too_late_stops_nobody_else(self) -> None:
        session, killed = self.session()
        session.begin()
        assert session.end()
        session.kill()  # of the statement that has ended

        session.begin()  # the next one, on the same connection
        assert not killed.called

    def test_a_client_that_goes_away_too_early_stops_its_statement_once_that_has_begun(self) -> None:
        session, killed = self.session()
        killed.side_effect = [False, False, True]  # the engine knows it at the third try
        session.begin()
        session.kill()

        assert killed.call_count == 3
        assert not session.end()

    def test_one_that_ends_before_the_engine_could_stop_it_is_let_alone(self) -> None:
        session, killed = self.session()
        killed.side_effect = lambda mark: threading.Timer(0.005, session.end).start()
        session.begin()
        session.kill()

        assert killed.call_count == 1

    def test_one_whose_statement_was_killed_is_not_used_again(self) -> None:
        session, killed = self.session()
        session.begin()
        session.kill()

        killed.assert_called_once_with(session.mark)
        assert not session.end()

    def test_the_same_settings_get_a_kept_one_and_others_none(self) -> None:
        kept, (session, _) = Kept(2), self.session()
        kept.put(session)

        assert kept.take(key_of("t", {**SETTINGS, "readonly": "2"})) is None
        assert kept.take(key_of("u", SETTINGS)) is None
        assert kept.take(key_of("t", SETTINGS)) is session
        assert kept.take(key_of("t", SETTINGS)) is None, "it is in use"

    def test_of_more_than_may_wait_the_oldest_is_closed(self) -> None:
        kept = Kept(2)
        sessions: list[Any] = [self.session({"max_threads": str(number)})[0] for number in range(3)]
        for each in sessions:
            kept.put(each)

        assert [each.connection.close.called for each in sessions] == [True, False, False]


class TestKinds:
    """What a text is, is asked of the engine once, and again where it may be read otherwise."""

    def asked(self, *questions: tuple[str, dict[str, str]]) -> int:
        connection, kinds = Mock(), Kinds()
        connection._conn.classify_query.return_value = {"query_class": Mock(), "statement_count": 1}
        for sql, its_settings in questions:
            kinds.of(Session(connection, key_of("t", its_settings), Mock()), sql)
        return connection._conn.classify_query.call_count

    def test_the_same_text_is_asked_about_once_for_all_tenants(self) -> None:
        of = [SETTINGS | {"additional_table_filters": f"{{'t.rooms': 'tenant = {n}'}}"} for n in (1, 2)]
        assert self.asked(("SELECT 1", of[0]), ("SELECT 1", of[1]), ("SELECT 1", of[0])) == 1

    def test_other_texts_and_other_ways_to_read_them_are_asked_about_anew(self) -> None:
        dialect = SETTINGS | {"dialect": "prql"}
        assert self.asked(("SELECT 1", SETTINGS), ("SELECT 2", SETTINGS), ("SELECT 1", dialect)) == 3

    def test_only_so_many_are_kept_and_none_that_are_long(self) -> None:
        many = [(f"SELECT {n}", SETTINGS) for n in range(MOST + 1)]
        assert self.asked(*many, many[0]) == MOST + 2
        long = f"SELECT '{'x' * LONGEST}'"
        assert self.asked((long, SETTINGS), (long, SETTINGS)) == 2


def test_a_statement_that_is_refused_is_refused_the_second_time_too(owner: Owner) -> None:
    assert [ask(owner, "SET max_threads = 2", readonly="0").status_code for _ in range(2)] == [501, 501]
    assert [ask(owner, "SELECT 1; SELECT 2").status_code for _ in range(2)] == [400, 400]
