"""tracking.store.exchange: one request, one answer, over connections that may have been closed meanwhile."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from tracking import store
from tracking.store import StoreUnavailable, exchange
from tracking.tests.store.owners import TOKEN, Owner

Start = Callable[..., Owner]


@pytest.fixture
def asked(owner: Owner, settings: Settings) -> None:
    settings.EVENT_STORE_URL = owner.url("t")


@pytest.fixture
def closing(owner: Owner) -> Iterator[str]:
    """The address of the store behind a server that ends each connection with its answer, as HTTP/1.0 does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = owner.http.post(self.path, content=body)
            self.send_response(answer.status_code)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://default:{TOKEN}@127.0.0.1:{server.server_port}/t"
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("asked")
def test_values_longer_than_an_address_may_be_arrive() -> None:
    numbers, text = list(range(20_000)), "ü&=?\r\n--" * 5_000
    sql = "SELECT length({n:Array(UInt64)}), arraySum({n:Array(UInt64)}), {text:String} = repeat({part:String}, 5000)"
    found = store.query(sql, {"n": numbers, "text": text, "part": "ü&=?\r\n--"}, dataset_id=2)
    assert found.rows == [(20_000, sum(numbers), True)]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", "it's \\n {x:String} 100 % $d$; -- ü"),
        ("Array(String)", ["it's", "\\", "ü|,"]),
        ("Array(Tuple(String, String))", [("a'b", "c"), ("", "ü")]),
        ("UInt64", 2**64 - 1),
        ("Float64", 0.1),
        ("Array(UUID)", [uuid.UUID(int=7)]),
        ("Date", date(2026, 3, 10)),
        ("DateTime64(3, 'UTC')", datetime(2026, 3, 10, 12, 0, 0, 123_000, ZoneInfo("Europe/Berlin"))),
    ],
)
def test_a_value_of_each_kind_arrives_as_it_was(kind: str, value: object) -> None:
    assert store.query(f"SELECT {{d_64:{kind}}}", {"d_64": value}, dataset_id=2).rows == [(value,)]


@pytest.mark.usefixtures("asked")
def test_what_was_read_and_how_long_it_took_is_told() -> None:
    found = store.query("SELECT sum(number) AS total FROM numbers(100000)", dataset_id=2)
    assert (found.names, found.rows, found.rows_read) == (("total",), [(4_999_950_000,)], 100_000)
    assert 0 < found.engine_ms < 10_000


def test_a_store_that_was_started_again_answers_the_next_question(start: Start, settings: Settings) -> None:
    first = start()
    settings.EVENT_STORE_URL = first.url("default")
    assert store.query("SELECT 1", dataset_id=2).rows == [(1,)]
    first.stop()
    with pytest.raises(StoreUnavailable):
        store.query("SELECT 2", dataset_id=2)
    start(f"--port={first.port}")
    assert store.query("SELECT 3", dataset_id=2).rows == [(3,)]


def test_a_store_that_closes_after_each_answer_has_as_long_for_the_next(
    closing: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(exchange, "CONNECT_TIMEOUT", 0.3)
    settings.EVENT_STORE_URL = closing
    assert [store.query("SELECT sleep(0.6) + 7", dataset_id=2).rows for _ in range(3)] == [[(7,)]] * 3


def test_answers_from_afar_are_compressed(start: Start, settings: Settings) -> None:
    far = start("--host=0.0.0.0")
    settings.EVENT_STORE_URL = f"http://default:{TOKEN}@127.0.0.2:{far.port}/default"  # not among the names of loopback
    found = store.query("SELECT toString(number) FROM numbers(50000)", dataset_id=2)
    assert (len(found.rows), found.rows[-1]) == (50_000, ("49999",))


def test_a_wrong_token_is_said_to_be_a_store_that_is_away(owner: Owner, settings: Settings) -> None:
    settings.EVENT_STORE_URL = owner.url("t").replace(TOKEN, "wrong")
    with pytest.raises(StoreUnavailable, match="516|token"):
        store.query("SELECT 1", dataset_id=2)
