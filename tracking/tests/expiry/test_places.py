"""Places beside the tables of events: what waits in quarantine and beyond a limit, and the disk."""

import uuid
from datetime import timedelta

import pytest

from config.lib.clock import now
from tracking import erasure
from tracking.erasure import passes
from tracking.expiry import limits
from tracking.models import CollectionRules, Expiry, HeldEvents
from tracking.schemas import registry
from tracking.store import quarantine
from tracking.tests.door import post
from tracking.tests.expiry.aging import keep, night, rows, say
from tracking.tests.quarantine.conftest import DEMANDS
from tracking.tests.usage.booked import stored
from tracking.tests.usage.test_limits_at_the_door import allow
from tracking.usage import hold

pytestmark = pytest.mark.usefixtures("event_store", "empty_log", "clock")


def test_old_quarantined_events_go_and_discarded_ones_do_not_come_up_again(acme, acme_key, owner):
    registry.create(acme, actor=owner, now=now(), name="shop", mode="quarantine", properties=DEMANDS)
    wrong = {"event_type": "purchase", "schema_id": "shop", "properties": {"order_id": "A1"}}
    say(acme_key, "v", 100, **wrong)
    stored()
    quarantine.discard(acme.dataset_id(), "shop", "purchase", "", now())
    for days_ago in (100, 1):
        say(acme_key, "v", days_ago, **wrong)
    stored()
    before = quarantine.totals(acme.dataset_id(), now())
    keep(acme, 90)
    night(acme)

    assert (before, quarantine.totals(acme.dataset_id(), now())) == (
        {("shop", "purchase"): 2}, {("shop", "purchase"): 1}
    )  # fmt: skip
    assert rows(acme.dataset_id())["quarantine"] == 1


def test_old_events_beyond_a_limit_are_never_released(acme, acme_key):
    say(acme_key, "v", 100)
    stored()
    allow(acme, 0)
    times = [(now() - timedelta(days=days_ago)).isoformat() for days_ago in (100, 95, 1)]
    post({"events": [{"event_type": "a", "timestamp": at, "id": str(uuid.uuid4())} for at in times]}, acme_key)
    hold.keep()
    keep(acme, 90)
    night(acme)

    assert (HeldEvents.objects.get().quantity, hold.waiting(acme.organization_id)[0]) == (1, 1)


def test_the_next_purge_takes_it_off_the_disk_once(acme, acme_key, monkeypatch):
    say(acme_key, "v", 100)
    stored()
    keep(acme, 90)
    night(acme)
    between = Expiry.objects.get().is_purged
    purged = []
    monkeypatch.setattr(passes.stored, "purge", lambda: purged.append(1))
    erasure.purge(now())
    erasure.purge(now())

    assert (between, Expiry.objects.get().is_purged, purged) == (False, True, [1])


@pytest.mark.parametrize(
    "own, usual, days", [(None, 0, 0), (None, 365, 365), (90, 365, 90), (400, 365, 400), (None, 3, 30), (None, -1, 0)]
)
def test_a_workspaces_word_counts_before_the_installations(settings, own, usual, days):
    settings.DATA_RETENTION_DAYS = usual

    assert limits.days_of(CollectionRules(event_days=own)) == days
