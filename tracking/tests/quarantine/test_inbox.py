"""What waits in quarantine: kept whole, grouped by cause, thrown away when told, counted nowhere."""

from datetime import timedelta

import pytest

from config.lib.clock import now
from tracking.quarantine import preview, replays, rules
from tracking.store import quarantine

pytestmark = pytest.mark.usefixtures("clock", "shop")


def causes(acme):
    return [(each.cause, each.detail, each.events) for each in quarantine.causes(acme.dataset_id(), now())]


def test_what_is_set_aside_waits_by_cause_and_counts_nowhere(acme, send, drain, counted):
    send({"order_id": "A1", "total": "12.5"}, {"order_id": "A2", "total": "3"}, {"total": 1})
    send({"order_id": "A4", "total": 4})

    drain()

    assert causes(acme) == [
        ("type:total", "Send a number, not a string.", 2),
        ("required:order_id", "This property is required.", 1),
    ]
    assert counted() == [("A4", "4")]


def test_an_event_with_two_faults_is_found_under_both_and_is_one_event(acme, send, drain):
    send({"total": "12.5"})
    drain()

    assert [cause for cause, _, _ in causes(acme)] == ["required:order_id", "type:total"]
    assert quarantine.count(acme.dataset_id(), "shop", "purchase", now()) == 1


def test_the_same_event_sent_again_waits_once(acme, send, drain):
    for total in ("12.5", "12.6"):
        send({"order_id": "A1", "total": total}, id="0d3c4b2e-5a68-4c3f-9f21-7b1f4f0c9f10")
        drain()

    assert causes(acme) == [("type:total", "Send a number, not a string.", 1)]


def test_discarding_a_cause_leaves_the_others(acme, send, drain):
    send({"order_id": "A1", "total": "12.5"}, {"total": 1})
    drain()

    quarantine.discard(acme.dataset_id(), "shop", "purchase", "type:total", now())

    assert [cause for cause, _, _ in causes(acme)] == ["required:order_id"]


def test_discarding_touches_neither_a_neighbour_nor_test_data(acme, globex, send, drain):
    send({"order_id": "A1", "total": "12.5"})
    drain()

    for dataset_id in (globex.dataset_id(), acme.dataset_id("test")):
        quarantine.discard(dataset_id, "shop", "purchase", "", now())

    assert len(causes(acme)) == 1


def test_after_thirty_days_it_waits_no_longer(acme, send, drain, clock):
    send({"order_id": "A1", "total": "12.5"})
    drain()

    clock.shift(timedelta(days=29))
    assert len(causes(acme)) == 1
    clock.shift(timedelta(days=1))
    assert causes(acme) == []


def test_a_preview_counts_what_a_rule_would_free_and_changes_nothing(acme, send, drain, counted):
    send({"order_id": "A1", "total": "12.5"}, {"order_id": "A2", "total": "much"}, {"total": "3"})
    drain()
    bench = replays.bench_of(acme, "live", "shop")

    seen = preview.preview(bench, "shop", "purchase", rules.cleaned("purchase", "cast", "total", "number"), now())

    assert (seen.waiting, seen.looked_at, seen.fits) == (3, 3, 1)
    assert dict(seen.left) == {
        "total: Send a number, not a string.": 1,
        "order_id: This property is required.": 1,
    }
    fixed = next(each for each in seen.samples if not each.faults)
    assert (fixed.before["total"], fixed.after["total"]) == ("12.5", 12.5)
    assert sum(number for _, _, number in causes(acme)) == 4
    assert counted() == []


def test_of_a_long_backlog_a_preview_looks_at_the_newest(acme, send, drain, monkeypatch):
    monkeypatch.setattr(preview, "MOST", 2)
    send(*[{"order_id": f"A{number}", "total": "1"} for number in range(5)])
    drain()

    seen = preview.preview(replays.bench_of(acme, "live", "shop"), "shop", "purchase", None, now())

    assert (seen.waiting, seen.looked_at, seen.fits) == (5, 2, 0)


def test_the_install_page_says_where_the_events_are(as_owner, send, drain):
    send({"order_id": "A1", "total": "12.5"})
    drain()

    assert "wait in quarantine" in as_owner.get("/w/acme/install/").content.decode()
