"""The pages of the quarantine: from the inbox over the preview to the replay."""

import re

import pytest

from config.lib.clock import now
from tracking import tasks
from tracking.models import FixRule, Replay
from tracking.store import StoreUnavailable, quarantine
from workspaces.models import AuditEntry

pytestmark = pytest.mark.usefixtures("clock", "shop")
URL = "/w/acme/quarantine/"
EVENT = f"{URL}event/?schema=shop&event=purchase"
ABOUT = {"schema": "shop", "event": "purchase", "env": "live"}


@pytest.fixture
def waiting(send, drain):
    """Three purchases whose total is text, of which two are numbers."""
    send(*[{"order_id": f"A{total}", "total": total} for total in ("1", "2.5", "much")])
    drain()


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_an_empty_inbox_says_what_fills_it(as_analyst, event_store):
    assert "sets aside what does not fit" in words(as_analyst.get(URL))


def test_the_inbox_lists_what_waits_with_its_causes(as_analyst, waiting):
    page = words(as_analyst.get(URL))

    assert "purchase shop total Send a number, not a string. · 3 3" in page
    assert "Nothing waits" in words(as_analyst.get(f"{URL}?env=test"))


def test_the_rule_that_suggests_itself_is_filled_in(as_analyst, waiting):
    page = as_analyst.get(EVENT).content.decode()

    assert '<option value="cast" selected>' in page
    assert '<option value="number" selected>' in page
    assert "&quot;order_id&quot;: &quot;Amuch&quot;" in page
    assert "An admin can apply the rule." in page


def test_for_a_misspelt_name_the_right_one_is_suggested(as_analyst, send, drain):
    send({"order_id": "A1", "total": 1}, event_type="purchse")
    drain()

    page = as_analyst.get(f"{URL}event/?schema=shop&event=purchse").content.decode()

    assert '<option value="rename_event" selected>' in page
    assert 'name="new_name" value="purchase"' in page
    about = {"schema": "shop", "event": "purchse", "action": "rename_event", "new_name": "purchase"}
    assert "1 of 1 waiting event would fit." in words(as_analyst.get(f"{URL}preview/", about))


def test_the_preview_counts_and_shows(as_analyst, waiting):
    answer = as_analyst.get(f"{URL}preview/", ABOUT | {"action": "cast", "property": "total", "kind": "number"})

    page = words(answer)
    assert "2 of 3 waiting events would fit." in page
    assert "1 would still not: total: Send a number, not a string." in page
    assert not FixRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "cast", "property": "", "kind": "number"}, "Name the property"),
        ({"action": "rename_event"}, "Give the name under which"),
        ({"action": "rename", "property": "total"}, "Give the new name"),
        ({"action": "explode", "property": "total"}, "Say what to do"),
    ],
)
def test_a_rule_that_says_nothing_previews_nothing(as_analyst, waiting, fields, said):
    assert said in words(as_analyst.get(f"{URL}preview/", ABOUT | fields))


@pytest.fixture
def at_once(monkeypatch, django_capture_on_commit_callbacks):
    """Tasks run when they are sent."""
    monkeypatch.setattr(tasks.run_replay, "delay", tasks.run_replay)
    return django_capture_on_commit_callbacks


def test_applying_the_rule_replays_what_waits(as_admin, waiting, drain, counted, at_once):
    with at_once(execute=True):
        as_admin.post(f"{URL}rule/", ABOUT | {"action": "cast", "property": "total", "kind": "number"})
    drain()

    assert counted() == [("A1", "1"), ("A2.5", "2.5")]
    page = words(as_admin.get(EVENT))
    assert "2 replayed, 1 still waiting" in page
    assert "1 waiting, by cause" in page


def test_a_default_is_read_as_the_declared_type(as_admin, acme, send, drain, at_once):
    send({"order_id": "A1"})
    drain()

    with at_once(execute=True):
        as_admin.post(f"{URL}rule/", ABOUT | {"action": "default", "property": "total", "value": "0"})

    assert FixRule.objects.get().argument == 0
    assert quarantine.causes(acme.dataset_id(), now()) == []


def test_discarding_is_recorded(as_admin, acme, waiting):
    as_admin.post(f"{URL}discard/", ABOUT | {"cause": "type:total"})

    assert quarantine.causes(acme.dataset_id(), now()) == []
    entry = AuditEntry.objects.filter(action="quarantine.discard").get()
    assert entry.target == "purchase of shop: type:total"


def test_an_analyst_looks_and_touches_nothing(as_analyst, waiting):
    for action in ("rule", "replay", "discard"):
        assert as_analyst.post(f"{URL}{action}/", ABOUT).status_code == 403
    assert not Replay.objects.exists()


def test_while_the_store_is_away_the_page_says_so(as_analyst, monkeypatch, event_store):
    def away(*args, **kwargs):
        raise StoreUnavailable("refused")

    monkeypatch.setattr(quarantine, "query", away)

    for address in (URL, EVENT):
        assert "What is set aside is safe" in words(as_analyst.get(address))
