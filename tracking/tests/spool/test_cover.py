"""P4: nobody waits for a log that is late, before anybody knows whether it is slow or gone."""

import json
import time
from collections.abc import Iterator

import pytest
import redis

from config.lib.redis_clients import buffer_client
from tracking import buffer, spool
from tracking.spool import cover, drain, file, process
from tracking.tests.door import post
from tracking.tests.spool.test_spool import logged, named

# One worker: all share the server that is paused, and one's end would be another's.
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.xdist_group("pause")]
PAUSED_MS = 20_000


@pytest.fixture
def late_log(monkeypatch: pytest.MonkeyPatch, each_door: None, acme_key: str) -> Iterator[redis.Redis]:
    """It takes connections and questions, and writes nothing until `client_unpause`."""
    post(named("before"), acme_key)  # what is asked once a day is known
    monkeypatch.setattr(cover, "LATE_S", 0.05)
    client = buffer_client()
    client.client_pause(PAUSED_MS, all=False)
    yield client
    client.client_unpause()


def settled() -> None:
    end = time.monotonic() + 10
    while spool.waiting() and time.monotonic() < end:
        drain.drain(process.here())
        time.sleep(0.01)


def test_who_comes_to_a_slow_log_is_answered_from_the_disk_here_and_logged_once(acme, acme_key, late_log):
    answer = post(named("a", "$b"), acme_key)  # refused in part: not for the lane alone
    plain = post(named("c"), acme_key)

    assert (answer.status_code, plain.status_code, json.loads(plain.content)["accepted"]) == (200, 200, 1)
    assert (logged(acme), spool.waiting()) == (["before"], 2)
    late_log.client_unpause()
    settled()
    assert sorted(logged(acme)) == ["a", "before", "c"]
    assert drain.drain(process.here())
    assert (spool.is_open(), list(file.folder().iterdir())) == (False, [])


def test_a_log_that_fails_after_all_gets_what_was_answered_when_it_is_back(acme, acme_key, monkeypatch, each_door):
    def fails_late(*_: object) -> bool:
        time.sleep(0.2)
        raise redis.TimeoutError("Timeout reading from socket")

    with monkeypatch.context() as broken:
        broken.setattr(cover, "LATE_S", 0.05)
        broken.setattr(buffer, "append", fails_late)
        assert post(named("a", "$b"), acme_key).status_code == 200
        time.sleep(0.3)
    assert (spool.is_open(), logged(acme)) == (True, [])

    assert drain.drain(process.here())
    assert (logged(acme), spool.waiting()) == (["a"], 0)


def test_where_there_is_no_room_the_log_is_waited_for(acme, acme_key, late_log, settings):
    settings.VAR_DIR.joinpath("spool").write_text("in the way")
    late_log.client_unpause()
    late_log.client_pause(300, all=False)

    assert post(named("a"), acme_key).status_code == 200
    assert logged(acme) == ["before", "a"]
