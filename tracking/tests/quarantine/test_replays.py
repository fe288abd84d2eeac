"""Exactly once: what is repaired is counted, whatever dies on the way and however often it is done."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from config.lib import clock as ours
from config.lib.clock import now
from tracking import buffer, store, usage
from tracking.models import Replay
from tracking.quarantine import replays, rules
from tracking.schemas import registry
from tracking.store import quarantine
from tracking.tests.door import post, verdicts
from tracking.tests.test_writer import Crash, dying
from tracking.usage import hold
from workspaces import limits
from workspaces.limits import Quota

pytestmark = pytest.mark.usefixtures("clock")
CAST = ("purchase", "cast", "total", "number")


@pytest.fixture
def repair(shop, owner) -> Callable[..., Replay]:
    """repair("purchase", "cast", "total", "number") makes the rule; its replay is due."""

    def make(*rule: Any) -> Replay:
        return rules.add(shop, "live", rules.cleaned(*rule), actor=owner, now=now())[1]

    return make


def run(replay: Replay) -> Replay:
    assert replays.run(replay.pk, ours.now)
    replay.refresh_from_db()
    return replay


def test_a_rule_repairs_what_waits_and_what_comes(acme, send, drain, counted, repair):
    send({"order_id": "A1", "total": "12.5"}, {"order_id": "A2", "total": "much"})
    drain()

    replay = run(repair(*CAST))
    drain()

    assert (replay.released, replay.left) == (1, 1)
    assert counted() == [("A1", "12.5")]
    assert verdicts(send({"order_id": "A3", "total": "3.50"})) == [("accepted", None)]
    drain()
    assert counted() == [("A1", "12.5"), ("A3", "3.5")]
    assert [each.events for each in quarantine.causes(acme.dataset_id(), now())] == [1]


def test_of_what_still_waits_the_causes_are_those_of_now(acme, send, drain, counted, repair):
    send({"order_id": "A1", "total": "12.5", "plan": "gold"})
    drain()

    run(repair(*CAST))

    assert [each.cause for each in quarantine.causes(acme.dataset_id(), now())] == ["enum:plan"]
    run(repair("purchase", "drop", "plan"))
    drain()
    assert counted() == [("A1", "12.5")]


def test_an_event_whose_name_was_misspelt_is_counted_under_the_right_one(acme, send, drain, counted, repair, clock):
    misspelt = {"event_type": "purchse"}
    send({"order_id": "A1", "total": 1}, {"order_id": "A2", "total": "2"}, **misspelt)
    drain()
    assert [each.cause for each in quarantine.causes(acme.dataset_id(), now())] == ["event:"]

    replay = run(repair("purchse", "rename_event", "", "purchase"))
    drain()

    assert (replay.released, replay.left) == (1, 1)
    assert counted() == [("A1", "1")]
    waiting = [(each.event, each.cause) for each in quarantine.causes(acme.dataset_id(), now())]
    assert waiting == [("purchase", "type:total")]
    assert verdicts(send({"order_id": "A3", "total": 3}, **misspelt)) == [("accepted", None)]
    run(repair(*CAST))
    drain()
    assert counted() == [("A1", "1"), ("A2", "2"), ("A3", "3")]


def test_a_repaired_event_keeps_its_moment_and_its_visitor(acme, send, drain, event_store, repair, clock):
    send(
        {"order_id": "A1", "total": "12.5", "value": 20, "currency": "eur"}, visitor_id="ann", url="https://a.example/b"
    )
    send({"order_id": "A2", "total": 1, "value": 20, "currency": "eur"}, visitor_id="ann", url="https://a.example/b")
    drain()
    clock.shift(timedelta(hours=2))

    run(repair(*CAST))
    drain()

    sql = (
        "SELECT ts, visitor_id, path, value, currency, props['schema_id'], received_at FROM events ORDER BY received_at"
    )
    direct, repaired = event_store.query(sql, dataset_id=acme.dataset_id()).rows
    assert repaired[:-1] == direct[:-1]
    assert repaired[-1] - direct[-1] == timedelta(hours=2)


def test_done_twice_it_counts_once(send, drain, counted, repair, shop, owner):
    send({"order_id": "A1", "total": "12.5"})
    drain()
    first = repair(*CAST)
    second = replays.start(shop.workspace, "live", "shop", "purchase", actor=owner, now=now())

    run(first)
    run(second)
    drain()

    assert counted() == [("A1", "12.5")]
    assert not replays.run(first.pk, ours.now)


STEPS = {
    "before the log": (buffer, "append", False),
    "after the log": (buffer, "append", True),
    "before it is settled": (quarantine, "settle", False),
    "after it is settled": (quarantine, "settle", True),
    "before the position moves": (replays, "_move", False),
    "after the position moved": (replays, "_move", True),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_every_event_counted_once(send, drain, counted, repair, clock, monkeypatch, step):
    send(*[{"order_id": f"A{number}", "total": f"{number}"} for number in range(5)])
    drain()
    monkeypatch.setattr(replays, "PAGE", 2)
    replay = repair(*CAST)
    place, name, after = STEPS[step]
    with monkeypatch.context() as dies:
        dies.setattr(place, name, dying(getattr(place, name), after=after))
        with pytest.raises(Crash):
            replays.run(replay.pk, ours.now)
    drain()
    assert not replays.run(replay.pk, ours.now)  # nobody knows yet that it died
    clock.shift(replays.STALE + timedelta(seconds=1))

    run(replay)
    drain()

    assert counted() == [(f"A{number}", f"{number}") for number in range(5)]
    assert replays.due(now()) == []


def test_an_event_that_was_sent_again_in_order_counts_once(send, drain, counted, repair):
    same = {"id": "0d3c4b2e-5a68-4c3f-9f21-7b1f4f0c9f10"}
    send({"order_id": "A1", "total": "12.5"}, **same)
    drain()
    send({"order_id": "A1", "total": 12.5}, **same)
    drain()

    run(repair(*CAST))
    drain()

    assert counted() == [("A1", "12.5")]


def test_a_new_version_of_the_schema_frees_what_fits_it(send, drain, counted, shop, owner):
    send({"order_id": "A1", "total": "12.5"})
    drain()
    registry.change(shop, {"properties": {"purchase": {"total": "string"}}}, actor=owner, now=now())

    run(replays.start(shop.workspace, "live", "shop", "purchase", actor=owner, now=now()))
    drain()

    assert counted() == [("A1", "12.5")]


@pytest.mark.parametrize("change", ["warn", "delete"])
def test_a_schema_that_sets_nothing_aside_any_more_frees_everything(send, drain, counted, shop, owner, change):
    send({"order_id": "A1", "total": "much"})
    drain()
    workspace = shop.workspace
    if change == "delete":
        registry.delete(shop, actor=owner, now=now())
    else:
        registry.change(shop, {"mode": change}, actor=owner, now=now())

    run(replays.start(workspace, "live", "shop", "purchase", actor=owner, now=now()))
    drain()

    assert counted() == [("A1", "much")]


def test_a_rule_is_applied_once_to_each_event(send, drain, repair, counted):
    """The first rule was applied at the door; the replay goes on with the second."""
    repair("purchase", "rename", "sum", "total")
    send({"order_id": "A1", "sum": "12.5", "plan": "gold"})
    drain()
    repair(*CAST)

    run(repair("purchase", "drop", "plan"))
    drain()

    assert counted() == [("A1", "12.5")]


def test_a_rule_that_drops_the_only_property_leaves_none(acme, drain, owner, acme_key):
    closed = {"name": "login", "mode": "quarantine", "is_closed": True, "properties": {"login": {"plan": "string"}}}
    schema = registry.create(acme, actor=owner, now=now(), **closed)
    post({"schema_id": "login", "event_type": "login", "properties": {"password": "hunter2"}}, acme_key)
    drain()

    run(rules.add(schema, "live", rules.cleaned("login", "drop", "password"), actor=owner, now=now())[1])
    drain()

    sql = "SELECT props FROM events WHERE name = 'login'"
    assert store.query(sql, dataset_id=acme.dataset_id()).rows == [({"schema_id": "login"},)]


def test_what_a_rule_changes_of_an_identify_event_changes_what_is_said_of_the_person(acme, drain, owner, acme_key):
    wanted = {"identify": {"badge": "string", "seats": "number"}}
    schema = registry.create(acme, actor=owner, now=now(), name="who", mode="quarantine", properties=wanted)
    said = {"badge": "A-17", "seats": "4"}
    event = {"schema_id": "who", "event_type": "identify", "user_id": "u", "properties": said}
    post(event | {"user_properties": {"plan": "pro"}}, acme_key)
    drain()

    for action, name, argument in (("hash", "badge", None), ("cast", "seats", "number"), ("drop", "seats", None)):
        replay = rules.add(schema, "live", rules.cleaned("identify", action, name, argument), actor=owner, now=now())[1]
    run(replay)
    drain()

    rows = store.query("SELECT name, value FROM traits FINAL ORDER BY name", dataset_id=acme.dataset_id()).rows
    assert [name for name, _ in rows] == ["badge", "plan", "schema_id"]
    assert dict(rows)["badge"].startswith("hash:")


def test_what_privacy_took_out_is_no_reason_to_keep_an_event(send, drain, counted, shop, owner, repair):
    demands = {"purchase": {"email": {"type": "string", "required": True}, "total": "number"}}
    registry.change(shop, {"properties": demands}, actor=owner, now=now())
    assert verdicts(send({"email": "ann@acme.example", "total": "1"}))[0][0] == "quarantined"
    drain()

    assert run(repair(*CAST)).released == 1


def test_repaired_events_are_taken_in_on_the_day_they_are_repaired(acme, send, drain, repair, clock):
    send({"order_id": "A1", "total": "12.5"})
    drain()
    arrived = now()
    clock.shift(timedelta(days=1))

    run(repair(*CAST))

    assert usage.of_day(acme.dataset_id(), arrived) == {"quarantined": 1}
    assert usage.of_day(acme.dataset_id(), now()) == {"accepted": 1}


@pytest.mark.django_db(transaction=True)
def test_killed_while_replaying_it_goes_on_and_counts_every_event_once(
    acme, acme_key, send, drain, counted, repair, clock, monkeypatch
):
    for part in range(4):
        send(*[{"order_id": f"A{part}-{number}", "total": f"{number}"} for number in range(500)])
    drain()
    replay = repair(*CAST)

    kill_while_it_works(replay)
    replay.refresh_from_db()
    assert replay.finished_at is None
    clock.shift(replays.STALE + timedelta(seconds=1))

    run(replay)
    drain()

    assert len(counted()) == len(set(counted())) == 2000


def kill_while_it_works(replay: Replay) -> None:
    """A real process, killed once it has logged something."""
    code = (
        "import django; django.setup(); import datetime; from tracking.quarantine import replays; replays.PAGE = 20;"
        f"when = datetime.datetime.fromisoformat({now().isoformat()!r}); replays.run({replay.pk}, lambda: when)"
    )
    name = settings.DATABASES["default"]["NAME"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings_test"}
    environment["DATABASE_URL"] = environment["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment)
    until = time.monotonic() + 20
    while not Replay.objects.get(pk=replay.pk).released:
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_beyond_a_used_up_limit_repaired_events_are_held(acme, send, drain, counted, repair):
    limits.set_limits(acme.organization, [Quota("events", "month", 2, "hard")], now())
    send(*[{"order_id": f"A{number}", "total": f"{number}"} for number in range(3)])
    drain()

    assert run(repair(*CAST)).released == 3
    drain()

    assert len(counted()) == 2
    hold.keep()
    assert hold.waiting(acme.organization_id)[0] == 1
