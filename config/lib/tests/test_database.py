import select
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from config.lib.database import Connection

pytestmark = pytest.mark.django_db


def connected() -> Connection:
    """As the pool makes one."""
    asked = {name: connection.get_connection_params()[name] for name in ("host", "port", "user", "password", "dbname")}
    return Connection.connect(**asked, autocommit=True)


@pytest.fixture
def lent() -> Iterator[Connection]:
    with connected() as made:
        yield made


@pytest.fixture
def observer() -> Iterator[Connection]:
    with connected() as made:
        yield made


def last_word(observer: Connection, lent: Connection) -> object:
    """When the server last heard of it."""
    asked = "SELECT state_change FROM pg_stat_activity WHERE pid = %s"
    return observer.execute(asked, [lent.info.backend_pid]).fetchone()


def test_a_connection_that_is_open_is_lent_without_asking_the_server(observer: Connection, lent: Connection) -> None:
    lent.execute("SELECT 1")
    before = last_word(observer, lent)
    ConnectionPool.check_connection(lent)
    assert last_word(observer, lent) == before

    lent.execute("SELECT 1")
    assert last_word(observer, lent) != before, "a statement is seen there"


def test_one_that_the_server_ended_is_not(observer: Connection, lent: Connection) -> None:
    observer.execute("SELECT pg_terminate_backend(%s, 5000)", [lent.info.backend_pid])

    with pytest.raises(psycopg.OperationalError):
        ConnectionPool.check_connection(lent)


def test_one_that_was_closed_here_is_not(lent: Connection) -> None:
    lent.close()

    with pytest.raises(psycopg.OperationalError):
        ConnectionPool.check_connection(lent)


def test_one_with_a_word_that_nobody_read_is_asked_and_lent(observer: Connection, lent: Connection) -> None:
    lent.execute("LISTEN news")
    before = last_word(observer, lent)
    observer.execute("SELECT pg_notify('news', 'something')")
    assert select.select([lent], [], [], 10)[0], "it arrives"
    ConnectionPool.check_connection(lent)

    assert last_word(observer, lent) != before
    assert lent.execute("SELECT 2").fetchone() == (2,)
