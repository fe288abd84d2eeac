"""P7: for every workspace, environment and hour, what was received is what became of it; a difference is found."""

import json
import logging
import uuid
from datetime import timedelta

import pytest
import redis

from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking import conservation, intake
from tracking.conservation import HOUR
from tracking.models import HourDifference
from tracking.store.client import client
from tracking.tests.building import envelope, event, log
from tracking.tests.door import post
from tracking.tests.usage.booked import stored
from tracking.tests.usage.test_limits_at_the_door import allow
from tracking.usage import hold


@pytest.fixture(autouse=True)
def world(empty_log, clock):
    """The tests' clock stands in March; the log server's own, which makes the watermark, is later."""


def hour_of(acme) -> conservation.Hour:
    return conservation.hours(acme.dataset_id(), now(), now() + HOUR, most=1)[0]


def named(*names: str) -> dict[str, object]:
    return {"events": [{"event_type": name, "id": str(uuid.uuid4())} for name in names]}


def test_every_event_of_an_hour_is_in_exactly_one_column(acme, acme_key):
    allow(acme, 4)
    body = named("a", "b", "$reserved", "c")
    post(body, acme_key)
    post(body, acme_key)  # again: three repetitions, and the refused one is refused again
    post({"events": [body["events"][0], {"event_type": "d"}]}, acme_key)  # one repetition, one new
    post(named("e", "f"), acme_key)  # beyond the limit
    stored()

    hour = hour_of(acme)

    assert (hour.received, hour.stored, hour.repeated, hour.held, hour.refusals) == (12, 4, 4, 2, 2)
    assert (hour.waiting, hour.undecided, hour.missing) == (0, 0, 0)
    assert hour.refused == {"name_reserved": 2}


def test_what_waits_is_no_difference_until_its_hour_is_settled(acme, acme_key):
    post(named("a", "b"), acme_key)

    open_hour = conservation.hours(acme.dataset_id(), now(), now(), most=1)[0]

    assert (open_hour.waiting, open_hour.missing) == (2, 0)
    assert (hour_of(acme).waiting, hour_of(acme).missing) == (0, 2)


def test_held_events_move_to_the_stored_ones_of_their_own_hour(acme, acme_key, clock):
    allow(acme, 0)
    post(named("a", "b"), acme_key)
    assert hour_of(acme).held == 2
    hold.keep()
    allow(acme, 10)
    hold.release(lambda: now() + timedelta(hours=3))
    stored()

    hour = hour_of(acme)
    assert (hour.received, hour.stored, hour.held, hour.missing) == (2, 2, 0, 0)


def test_an_entry_that_cannot_be_stored_is_broken_and_not_missing(acme, acme_key):
    post(named("a"), acme_key)
    number = {"received": 1, "accepted": 1}
    for what, each in number.items():  # as the door counted it
        buffer_client().hincrby(f"usage:{acme.dataset_id()}:{now():%Y-%m-%d}", f"{now().hour:02}:{what}", each)
    log(envelope(acme.dataset_id(), event(at=now(), event_id=b"short")))
    stored()

    assert (hour_of(acme).broken, hour_of(acme).stored, hour_of(acme).missing) == (1, 1, 0)


def lose_an_entry(acme) -> None:
    buffer_client().xtrim("log:0", maxlen=0)


def forget_a_verdict(acme) -> None:
    buffer_client().hincrby(f"usage:{acme.dataset_id()}:{now():%Y-%m-%d}", f"{now().hour:02}:received", 3)


def delete_rows(acme) -> None:
    stored()
    gone = f"ALTER TABLE events DELETE WHERE dataset_id = {acme.dataset_id()}"
    client().command(gone, settings={"mutations_sync": 1})


def flush_the_log(acme) -> None:
    """As an operator might, by mistake; what comes then has counters of its own."""
    stored()
    buffer_client().flushdb()
    hour = f"{now().hour:02}:"
    for key, what in (("usage", "received"), ("usage", "accepted"), ("stored", "stored")):
        buffer_client().hset(f"{key}:{acme.dataset_id()}:{now():%Y-%m-%d}", hour + what, 0)


HARMS = [
    pytest.param(lose_an_entry, (0, 2, 0), id="lost in the log"),
    pytest.param(forget_a_verdict, (3, 0, 0), id="no verdict"),
    pytest.param(delete_rows, (0, 0, 2), id="gone from the store"),
    pytest.param(flush_the_log, (0, 0, -2), id="the log was flushed"),
    pytest.param(lambda acme: None, None, id="nothing"),
]


@pytest.mark.parametrize(("harm", "found"), HARMS)
def test_a_planted_loss_is_found_told_and_gone_when_it_is_made_good(
    acme, acme_key, clock, caplog, monkeypatch, harm, found
):
    post(named("a", "b"), acme_key)
    harm(acme)
    stored()
    clock.shift(timedelta(hours=2))
    monkeypatch.setattr(intake, "watermark", now)

    with caplog.at_level(logging.ERROR, "tracking.conservation"):
        differing = [conservation.check(now()), conservation.check(now())]

    kept = list(HourDifference.objects.values_list("undecided", "unstored", "vanished"))
    assert kept == ([found] if found else [])
    assert differing == [len(kept)] * 2
    told = [each for each in caplog.records if each.name == "tracking.conservation"]
    assert len(told) == len(kept)  # once, not at each look
    assert sum(conservation.unaccounted(now()).values()) == sum(found or ())


def test_the_page_shows_each_hour_and_why_events_were_refused(acme, acme_key, as_analyst, as_viewer, as_stranger):
    post(named("a", "$reserved"), acme_key)
    stored()
    address = f"/w/{acme.slug}/ingestion/"

    page = as_analyst.get(address).content.decode()

    assert "name_reserved" in page and "Names that begin with $ are reserved." in page
    assert "2 received, 1 stored, 1 refused" in page
    assert (as_viewer.get(address).status_code, as_stranger.get(address).status_code) == (403, 404)
    assert "No event came in the last 24 hours" in as_analyst.get(address + "?env=test").content.decode()


def test_the_page_says_that_the_log_is_away(acme, as_analyst, monkeypatch, settings):
    monkeypatch.setattr(intake, "watermark", _away)
    page = as_analyst.get(f"/w/{acme.slug}/ingestion/")

    assert page.status_code == 200
    assert "The ingest log gives no answer." in page.content.decode()


def _away() -> None:
    raise redis.ConnectionError("refused")


def test_the_receipts_of_the_page_are_those_of_the_senders(acme, acme_key, as_analyst):
    receipt = json.loads(post(named("$reserved"), acme_key).content)["receipt"]

    assert receipt in as_analyst.get(f"/w/{acme.slug}/ingestion/").content.decode()
