"""The lane in front of gunicorn: what it serves, what it leaves alone, and that no sender can confuse the two."""

import json
import os
import time
import uuid
from typing import Any

import pytest
from django.test import Client

from config.lib import clock, metrics
from config.lib.redis_clients import buffer_client
from config.web import heads
from config.web.tests.wire import Wire
from tracking import direct, group, keys
from tracking.spool import cover
from tracking.tests import door
from workspaces import api_keys
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("event_store")
# With Kafka each request waits for the brokers, in a thread.
without_kafka = pytest.mark.skipif("KAFKA_BROKERS" in os.environ, reason="This is the way without Kafka.")


@pytest.fixture(autouse=True)
def same_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "close_old_connections", lambda: None)


@pytest.fixture
def known(acme_key: str) -> str:
    """Acme's key, which the process has seen lately."""
    keys.grant(acme_key, clock.now())
    return acme_key


def body(**event: Any) -> bytes:
    return json.dumps({"id": str(uuid.uuid4()), "event_type": "page_view", **event}).encode()


def request(key: str, text: bytes, *lines: str, first: str = "POST /api/v1/collect HTTP/1.1") -> bytes:
    fields = [first, "Host: x", f"X-API-Key: {key}", "Content-Type: text/plain", f"Content-Length: {len(text)}", *lines]
    return "\r\n".join([*fields, "", ""]).encode() + text


ABOUT_PAGES = ("Content-Security-Policy", "X-Frame-Options")


def logged(acme: Workspace) -> int:
    return len(door.events(acme.dataset_id()))


def test_an_ordinary_request_is_logged_and_the_connection_stays(acme: Workspace, known: str) -> None:
    with Wire() as wire:
        first, second = wire.ask(request(known, body())), wire.ask(request(known, body()))
        assert (first.status, second.status) == (200, 200)
        assert first.headers["Connection"] == "keep-alive"
        assert json.loads(first.body)["accepted"] == 1
        assert logged(acme) == 2


def test_what_was_counted_is_told_soon_though_nobody_sends_more(known: str) -> None:
    accepted = metrics.EVENTS.labels(result="accepted")._value
    before, end = accepted.get(), time.monotonic() + 5
    with Wire() as wire:
        for _ in range(2):
            wire.ask(request(known, body()))
        while wire.lane.is_pending and time.monotonic() < end:  # for so long the worker's loop does not rest
            wire.turn()

    assert accepted.get() == before + 2


def test_the_answer_has_the_headers_that_django_gives(known: str) -> None:
    with Wire() as wire:
        ours = wire.ask(request(known, body())).headers
    theirs = Client().post(door.URL, body(), content_type="text/plain", headers={"X-API-Key": known}).headers
    each_its_own, of_pages = {"Date", "Server", "Connection", "X-Request-Id"}, {"Allow", *ABOUT_PAGES}
    assert {name: ours[name] for name in ours.keys() - each_its_own} == {
        name: theirs[name] for name in theirs.keys() - each_its_own - of_pages
    }
    assert len(ours["X-Request-Id"]) == 32


@without_kafka
def test_requests_that_are_ready_together_are_logged_with_one_wait(
    acme: Workspace, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover, "LATE_S", 60)  # however slow this machine is
    with Wire() as wire:
        entry, told, _ = _another(known)
        wire.lane.group._flying = [group.Asker(entry, told, 0)]  # a group is on its way
        wire.lane.group._since = time.monotonic()
        wire.client.sendall(request(known, body()))
        wire.turn()
        wire.lane.group.add(*_another(known))
        wire.lane.group._flying = []
        connection, asked = wire.lane.group._connection, []
        send = connection.send_command
        connection.send_command = lambda *command: (asked.append(command[0]), send(*command))
        assert wire.answer().status == 200
        assert asked == ["EVALSHA"]
        assert logged(acme) == 2


def _another(key: str) -> tuple[Any, Any, int]:
    environ = {
        "HTTP_X_API_KEY": key,
        "CONTENT_TYPE": "text/plain",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "POST",
    }
    text = body()
    begun = direct.begin({**environ, "CONTENT_LENGTH": str(len(text))}, text, clock.now())
    assert isinstance(begun, direct.Waiting)
    return begun.entry, lambda _: None, begun.work.received_ms


@without_kafka
def test_a_key_that_was_not_seen_lately_is_asked_for_in_a_thread(acme: Workspace, acme_key: str) -> None:
    with Wire() as wire:
        asked = wire.submit
        names: list[str] = []
        wire.submit = lambda function, *rest: (names.append(function.__name__), asked(function, *rest))[1]  # type: ignore[method-assign]
        assert [wire.ask(request(acme_key, body())).status for _ in range(3)] == [200, 200, 200]
        assert names == ["answer"]
        assert logged(acme) == 3


def test_a_revoked_key_ends_although_requests_never_cease(
    acme: Workspace, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.api_keys.update(revoked_at=clock.now())  # as another process does
    with Wire() as wire:
        assert wire.ask(request(known, body())).status == 200
        late_s = time.monotonic() + api_keys.KNOWN_SECONDS + 0.1
        monkeypatch.setattr(api_keys.time, "monotonic", lambda: late_s)
        # The first to notice asks the database; whoever comes meanwhile is still believed, and not for long.
        _, _, key = keys._remembered[known]
        assert [api_keys.is_at_hand(key, clock.now()) for _ in range(2)] == [False, True]
        late_s += api_keys.LENT_SECONDS
        assert wire.ask(request(known, body())).status == 401


@pytest.mark.parametrize("parts", [1, 2, 7, 60])
def test_a_request_may_come_in_parts(acme: Workspace, known: str, parts: int) -> None:
    whole = request(known, body())
    step = -(-len(whole) // parts)
    with Wire() as wire:
        assert wire.ask(*(whole[at : at + step] for at in range(0, len(whole), step))).status == 200
    assert logged(acme) == 1


def test_requests_sent_ahead_are_answered_in_their_order(acme: Workspace, known: str) -> None:
    ids = [str(uuid.uuid4()) for _ in range(5)]
    with Wire() as wire:
        first = wire.ask(b"".join(request(known, body(id=each)) for each in ids))
        answers = [first, *(wire.answer() for _ in ids[1:])]
    assert [json.loads(each.body)["results"][0]["id"] for each in answers] == ids
    assert logged(acme) == 5


def test_what_follows_a_request_is_gunicorns_when_it_is_not_ours(acme: Workspace, known: str) -> None:
    with Wire() as wire:
        assert wire.ask(request(known, body()) + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
        wire.turn()
        assert wire.served == [b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"]
    assert logged(acme) == 1


OURS = "POST /api/v1/collect HTTP/1.1\r\nHost: x\r\n"
LEFT_ALONE = {
    "another method": "GET /api/v1/collect HTTP/1.1\r\nHost: x\r\n\r\n",
    "another path": "POST /api/v1/collect/optimized HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path in disguise": "POST /api/v1/%63ollect HTTP/1.1\r\nHost: x\r\n\r\n",
    "a whole address": "POST http://x/api/v1/collect HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": "POST /api/v1/collect HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
    "no length": f"{OURS}\r\n",
    "chunks": f"{OURS}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": f"{OURS}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
    "chunks with a blank": f"{OURS}Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n",
    "two lengths": f"{OURS}Content-Length: 2\r\nContent-Length: 9\r\n\r\n{{}}",
    "two equal lengths": f"{OURS}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}",
    "a list of lengths": f"{OURS}Content-Length: 2, 2\r\n\r\n{{}}",
    "a signed length": f"{OURS}Content-Length: +2\r\n\r\n{{}}",
    "a negative length": f"{OURS}Content-Length: -2\r\n\r\n{{}}",
    "a length in hex": f"{OURS}Content-Length: 0x2\r\n\r\n{{}}",
    "a long body": f"{OURS}Content-Length: {heads.LONGEST_BODY + 1}\r\n\r\n" + "x" * (heads.LONGEST_BODY + 1),
    "two keys": f"{OURS}X-API-Key: a\r\nX-API-Key: b\r\nContent-Length: 2\r\n\r\n{{}}",
    "a folded line": f"{OURS}X-API-Key: a\r\n b\r\nContent-Length: 2\r\n\r\n{{}}",
    "a name with a blank": f"{OURS}Content-Length : 2\r\n\r\n{{}}",
    "a bare line feed": "POST /api/v1/collect HTTP/1.1\r\nHost: x\nContent-Length: 2\r\n\r\n{}",
    "NUL": f"{OURS}X-API-Key: a\x00b\r\nContent-Length: 2\r\n\r\n{{}}",
    "compressed": f"{OURS}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{{}}",
    "expects": f"{OURS}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}",
    "an upgrade": f"{OURS}Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{{}}",
    "another version": "POST /api/v1/collect HTTP/1.2\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "a long head": f"{OURS}X-Long: {'a' * heads.LONGEST_HEAD}\r\n\r\n",
    "many fields": f"{OURS}Content-Length: 2\r\n" + "a: b\r\n" * 100 + "\r\n{}",
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_whatever_is_unusual_goes_to_gunicorn_byte_for_byte(text: str) -> None:
    with Wire() as wire:
        assert wire.ask(text.encode("latin-1")).status == 0
        assert wire.served == [text.encode("latin-1")]


def test_a_half_request_is_closed_after_a_while_and_holds_no_thread(acme: Workspace, known: str) -> None:
    with Wire(patience_s=0.05) as wire:
        wire.submit = lambda *_: pytest.fail("a thread waits")  # type: ignore[method-assign]
        whole = request(known, body())
        for at in range(0, len(whole) - 1, 40):  # a byte now and then does not lengthen it
            if not wire.lane.leaving:
                wire.client.send(whole[at : at + 10])
                wire.turn(0.01)
                time.sleep(0.01)
        answer = wire.answer()
        assert (answer.status, json.loads(answer.body)["code"]) == (408, "too_slow")
        assert wire.is_closed()
    assert logged(acme) == 0


OTHER = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000


@pytest.mark.parametrize("whole", [OTHER, b"GET /login HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["a body", "a page"])
def test_a_thread_gets_a_request_only_when_it_is_whole(whole: bytes) -> None:
    with Wire() as wire:
        for part in (whole[:7], whole[7:-1]):
            assert wire.ask_without_waiting(part) == []
        assert wire.ask_without_waiting(whole[-1:]) == [whole]
        assert wire.was_whole


WITHOUT_END = {
    "chunks": b"Transfer-Encoding: chunked\r\n\r\n5\r\n",
    "leave to go on": b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "a very long body": b"Content-Length: 10000000\r\n\r\nx",
}


@pytest.mark.parametrize("rest", WITHOUT_END.values(), ids=WITHOUT_END)
def test_what_cannot_be_gathered_goes_to_the_slow_threads_as_it_is(rest: bytes) -> None:
    with Wire() as wire:
        text = b"POST /v1/track HTTP/1.1\r\nHost: x\r\n" + rest
        assert wire.ask_without_waiting(text) == [text]
        assert not wire.was_whole


NO_HTTP = {
    "TLS": b"\x16\x03\x01\x02",
    "line feeds alone": request("", b"{}").replace(b"\r\n", b"\n"),
    "carriage returns alone": request("", b"{}").replace(b"\r\n", b"\r"),
}


@pytest.mark.parametrize("text", NO_HTTP.values(), ids=NO_HTTP)
def test_what_never_becomes_a_request_is_told_so_and_holds_no_thread(text: bytes) -> None:
    with Wire() as wire:
        answer = wire.ask(text)
        assert (answer.status, json.loads(answer.body)["code"], wire.served) == (400, "http", [])


def test_a_head_without_end_is_refused() -> None:
    with Wire() as wire:
        answer = wire.ask(b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 70_000)
        assert (answer.status, json.loads(answer.body)["code"]) == (431, "head_too_large")


def test_long_requests_that_are_still_coming_have_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.web.lane.MOST_GATHERED", 1 << 17)
    with Wire() as wire:
        answer = wire.ask(b"POST /v1/batch HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + b"x" * 200_000)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("how", ["Connection: close", "HTTP/1.0"])
def test_a_sender_that_wants_to_end_is_let_go(known: str, how: str) -> None:
    first = "POST /api/v1/collect HTTP/1.0" if how == "HTTP/1.0" else "POST /api/v1/collect HTTP/1.1"
    lines = [how] if how.startswith("Connection") else []
    with Wire() as wire:
        answer = wire.ask(request(known, body(), *lines, first=first))
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert wire.is_closed()


def test_a_stopping_worker_finishes_what_it_has_and_says_that_it_ends(acme: Workspace, known: str) -> None:
    with Wire() as wire:
        wire.keeps = False
        answer = wire.ask(request(known, body()))
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert wire.is_closed()
    assert logged(acme) == 1


def test_a_sender_who_hangs_up_costs_nothing_but_its_request(acme: Workspace, known: str) -> None:
    with Wire() as wire:
        wire.client.sendall(request(known, body()))
        wire.turn()
        wire.client.close()
        for _ in range(20):
            wire.turn(0.01)
        assert wire.has_ended
        assert not wire.lane.quiet
    assert logged(acme) == 1


@without_kafka
def test_a_silent_log_is_waited_for_once_and_each_request_then_goes_its_own_way(
    acme: Workspace, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspected: list[bool] = []
    monkeypatch.setattr("tracking.spool.suspect", lambda: suspected.append(True))
    with Wire() as wire:
        monkeypatch.setattr(wire.lane.group, "receive", lambda: None)  # no answer comes
        wire.client.sendall(request(known, body()))
        wire.turn()
        wire.lane.group._since -= group.PATIENCE_S
        wire.turn()
        answer = wire.answer()
    assert (answer.status, json.loads(answer.body)["results"][0]["status"]) == (200, "duplicate")  # it had come through
    assert (suspected, logged(acme)) == ([True], 1)


def test_a_request_sent_again_is_told_so(acme: Workspace, known: str) -> None:
    text = body()
    with Wire() as wire:
        first, second = wire.ask(request(known, text)), wire.ask(request(known, text))
    assert [json.loads(each.body)["results"][0]["status"] for each in (first, second)] == ["accepted", "duplicate"]
    assert logged(acme) == 1


def test_a_broken_answer_is_a_problem_document_and_the_lane_goes_on(
    known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Wire() as wire:
        with monkeypatch.context() as patched:
            patched.setattr("tracking.ingest.entry", lambda _: 1 / 0)
            patched.setattr("tracking.ingest.log", lambda _: 1 / 0)
            broken = wire.ask(request(known, body()))
        assert (broken.status, broken.headers["Content-Type"]) == (500, "application/problem+json")
        assert wire.ask(request(known, body())).status == 200


def test_a_log_that_was_away_for_a_minute_leaves_connections_for_others() -> None:
    for _ in range(120):  # every half second the lane tries again
        lines = group.Group()
        lines.connect()
        lines.close()

    assert buffer_client().ping()


def test_a_head_that_is_repeated_is_not_read_again_and_another_one_is(acme: Workspace, known: str) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    with Wire() as wire:
        answers = [wire.ask(request(known, body(id=each))) for each in ids]
        strange = wire.ask(request("mp_live_of_nobody", body(id=ids[0])))
    assert [json.loads(each.body)["results"][0]["id"] for each in answers] == ids
    assert (strange.status, logged(acme)) == (401, 3)


def read(text: bytes, before: heads.Head | None = None) -> heads.Head | str | None:
    try:
        return heads.read(bytearray(text), "192.0.2.1", before)
    except heads.NotOurs:
        return "not ours"


@pytest.mark.parametrize("spaced", ["{}", " {}", " \t{}"])
@pytest.mark.parametrize(
    "written", ["0", "7", "65536", "65537", "999999", "", "-1", "+1", "1e2", "0x1", "7 7", "7, 8", "7\r\nTE: gzip"]
)
def test_a_repeated_head_of_another_length_is_read_as_if_it_were_the_first(written: str, spaced: str) -> None:
    form = "POST /api/collect HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:{}\r\nX-API-Key: k\r\n\r\n".replace("{}", spaced)
    before, text = read(form.format(12).encode()), form.format(written).encode()
    assert isinstance(before, heads.Head) and before.length == 12
    assert read(text + b"body", before) == read(text + b"body")
    for part in range(len(text)):
        assert read(text[:part], before) == read(text[:part])
