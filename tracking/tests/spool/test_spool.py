"""P4: while the log is away requests are acknowledged from this machine's disk, and logged once when it is back."""

import json
import os
import subprocess
import sys
import uuid

import pytest
import redis

from config.lib.clock import now
from tracking import buffer, conservation, pressure, spool
from tracking.kafka import sender
from tracking.spool import drain, file, process
from tracking.tests.door import code, entries, envelopes, post
from tracking.tests.usage.booked import stored
from tracking.tests.usage.test_limits_at_the_door import allow, used
from tracking.usage import hold

pytestmark = pytest.mark.usefixtures("clock")


def named(*names: str) -> dict[str, object]:
    return {"events": [{"event_type": name, "id": str(uuid.uuid4())} for name in names]}


def logged(acme) -> list[str]:
    return [event.name for each in envelopes(acme.dataset_id()) for event in each.events]


def back(log_away) -> None:
    log_away(False)
    assert drain.drain(process.here())


def test_what_comes_while_the_log_is_away_is_acknowledged_and_logged_once_in_order(acme, acme_key, log_away, each_door):
    post(named("before"), acme_key)
    log_away(True)
    answers = [post(named(name), acme_key) for name in ("first", "second")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert json.loads(answers[0].content)["hold"] == 60  # who can wait is asked to

    log_away(False)
    post(named("third"), acme_key)  # behind those that wait, not past them
    assert (logged(acme), spool.waiting()) == (["before"], 3)
    back(log_away)
    post(named("after"), acme_key)

    assert logged(acme) == ["before", "first", "second", "third", "after"]
    assert (spool.is_open(), list(file.folder().iterdir()), pressure.hold_seconds()) == (False, [], 0)


def test_kafka_below_the_log_is_a_part_of_it_that_can_be_away(acme, acme_key, kafka, monkeypatch):
    post(named("before"), acme_key)
    with monkeypatch.context() as away:
        away.setattr(sender.current(), "_away_until", float("inf"))
        assert post(named("meanwhile"), acme_key).status_code == 200
        with pytest.raises(redis.ConnectionError):
            drain.drain(process.here())
    assert (logged(acme), spool.waiting()) == (["before"], 1)

    assert drain.drain(process.here())
    assert logged(acme) == ["before", "meanwhile"]


def test_a_request_whose_answer_was_lost_is_not_logged_again_from_the_spool(acme, acme_key, log_away, monkeypatch):
    append = buffer.append

    def answer_lost(*args):
        append(*args)
        raise redis.TimeoutError("Timeout reading from socket")

    monkeypatch.setattr(buffer, "append", answer_lost)
    assert post(named("once"), acme_key).status_code == 200
    monkeypatch.setattr(buffer, "append", append)
    back(log_away)

    assert logged(acme) == ["once"]


def test_a_request_that_was_kept_and_came_again_later_is_logged_once(acme, acme_key, log_away):
    body = json.dumps(named("once"))
    log_away(True)
    post(body, acme_key)
    process_before, process._here = process._here, process.Spool()  # the second time to another process
    log_away(False)
    post(body, acme_key)
    process._here = process_before
    back(log_away)

    assert logged(acme) == ["once"]


def test_what_a_killed_process_kept_is_taken_over(acme, acme_key, log_away, settings):
    """A process of its own keeps a request, and dies without a word."""
    kept = (
        "import django; django.setup()\n"
        "from tracking import spool\n"
        f"spool.log(1, {{0: {packed(acme, acme_key)!r}}}, b'request')\n"
        "import os; print('kept', flush=True); os.kill(os.getpid(), 9)"
    )
    about = {"DJANGO_SETTINGS_MODULE": "config.settings", "METRICPAL_VAR": str(settings.VAR_DIR)}
    nowhere = {"BUFFER_URL": "redis://127.0.0.1:1/0", "SPOOL_MB": "1"}
    command = [sys.executable, "-c", kept]
    done = subprocess.run(command, env=os.environ | about | nowhere, cwd=settings.BASE_DIR, capture_output=True)

    assert (done.stdout, done.returncode) == (b"kept\n", -9)
    assert spool.waiting() == 1
    back(log_away)
    assert logged(acme) == ["a", "a"]
    assert list(file.folder().iterdir()) == []


def packed(acme, acme_key) -> bytes:
    """The envelope of a request that is logged."""
    post(named("a"), acme_key)
    (entry,) = entries()
    return entry


def test_a_file_of_a_process_that_lives_is_left_to_it(acme, acme_key, log_away):
    log_away(True)
    post(named("a"), acme_key)
    (path,) = file.files()
    assert file.take_over(path) is None
    log_away(False)
    assert drain.drain(process.Spool())  # another process has nothing to do
    assert (logged(acme), spool.waiting()) == ([], 1)


def test_limits_fail_open_and_what_was_kept_counts_later(acme, acme_key, log_away):
    allow(acme, 3)
    post(named("a", "b"), acme_key)
    log_away(True)
    post(named("c", "d"), acme_key)
    back(log_away)

    assert (len(logged(acme)), used(acme)) == (4, 4)
    assert json.loads(post(named("e"), acme_key).content)["held"] == 1


def test_what_was_held_stays_held_though_its_answer_came_from_the_spool(acme, acme_key, log_away, monkeypatch):
    """The log says that there is too little room, and is gone when the rest is to be held."""
    allow(acme, 1)
    append, calls = buffer.append, []

    def gone_at_the_second(*args):
        calls.append(args)
        if len(calls) > 2:  # the first time it did not know yet what was used
            raise redis.ConnectionError("gone")
        return append(*args)

    monkeypatch.setattr(buffer, "append", gone_at_the_second)
    answer = json.loads(post(named("a", "b"), acme_key).content)
    monkeypatch.setattr(buffer, "append", append)
    back(log_away)

    assert (answer["accepted"], answer["held"], logged(acme)) == (1, 1, ["a"])
    assert (hold.keep(), hold.waiting(acme.organization_id)[0]) == (1, 1)


def test_the_books_add_up_over_an_outage(acme, acme_key, log_away, empty_log):
    post(named("a"), acme_key)
    log_away(True)
    post(named("b", "$reserved"), acme_key)
    post(named("$nothing", "$to", "$log"), acme_key)
    back(log_away)
    stored()

    hour = conservation.hours(acme.dataset_id(), now(), now() + conservation.HOUR, most=1)[0]
    assert (hour.received, hour.stored, hour.refusals, hour.missing) == (6, 2, 4, 0)


def test_receipts_and_watermark_know_of_what_is_kept(acme, acme_key, log_away, anonymous, empty_log):
    log_away(True)
    kept = json.loads(post(named("a", "$b"), acme_key).content)["receipt"]
    address, key = f"/api/v1/receipts/{kept}", {"X-API-Key": acme_key}
    away = anonymous.get(address, headers=key).json()
    log_away(False)
    waits = anonymous.get(address, headers=key).json()
    back(log_away)
    stored()
    done = anonymous.get(address, headers=key).json()

    assert (away["accepted"], away["rejected"], away["stored"], away["watermark"]) == (1, 1, False, None)
    assert (waits["stored"], waits["watermark"]) == (False, "2026-03-10T12:00:00.000+00:00")  # when it was received
    assert (done["stored"], done["watermark"] > waits["watermark"]) == (True, True)


def test_held_events_are_told_in_the_receipt(acme, acme_key, anonymous):
    allow(acme, 1)
    receipt = json.loads(post(named("a", "b", "c"), acme_key).content)["receipt"]

    told = anonymous.get(f"/api/v1/receipts/{receipt}", headers={"X-API-Key": acme_key}).json()

    assert (told["accepted"], told["held"], told["rejected"]) == (1, 2, 0)


def test_a_spool_is_bounded_and_what_it_acknowledged_is_logged(acme, acme_key, log_away, settings):
    settings.SPOOL_MB = 1
    log_away(True)
    large = {"events": [{"event_type": "a", "properties": {f"k{n}": "x" * 999 for n in range(50)}}] * 5}
    answers = [post(large | {"n": number}, acme_key) for number in range(6)]
    back(log_away)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 503, 503]
    assert (code(answers[-1]), answers[-1].headers["Retry-After"]) == ("log_unavailable", "5")
    assert len(logged(acme)) == 4 * 5


def test_a_full_spool_refuses_and_keeps_what_it_has(acme, acme_key, log_away, settings):
    log_away(True)
    post(named("a"), acme_key)
    settings.SPOOL_MB = 0
    refused = post(named("b"), acme_key)
    settings.SPOOL_MB = 4
    back(log_away)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert logged(acme) == ["a"]


def test_where_nothing_can_be_written_senders_are_asked_to_come_again(acme, acme_key, log_away, settings):
    settings.VAR_DIR.joinpath("spool").write_text("in the way")
    log_away(True)

    assert post(named("a"), acme_key).status_code == 503
    assert process.has_room() is False


def test_a_disk_that_fails_acknowledges_nothing_and_is_not_written_to_again(acme, acme_key, log_away, monkeypatch):
    log_away(True)
    post(named("a"), acme_key)
    monkeypatch.setattr(os, "fdatasync", _fails)
    refused = post(named("b"), acme_key)
    monkeypatch.undo()
    spool_of_the_test = process._here

    assert refused.status_code == 503
    assert spool_of_the_test.file is None or spool_of_the_test.file.is_failed


def _fails(descriptor: int) -> None:
    raise OSError(5, "Input/output error")
