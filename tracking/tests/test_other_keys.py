"""Keys of other tools: whose they are, what they allow, and how long they are known."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from config.lib.clock import now
from config.lib.problems import Problem
from tracking import other_keys
from tracking.models import OtherKey
from workspaces.models import AuditEntry, Workspace

pytestmark = pytest.mark.usefixtures("clock")
KEY = "W1rt3K3y"


def claim(workspace: Workspace, actor: Any, key: str = KEY, **about: Any) -> OtherKey:
    given = {"tool": "segment", "host": "", "environment": "live"} | about
    return other_keys.claim(workspace, key=key, actor=actor, now=now(), **given)


def granted(key: str, tool: str = "segment", host: str = "") -> int | None:
    """The dataset a key leads to, or None."""
    try:
        return other_keys.grant(other_keys.name(tool, key, host), now()).dataset_id
    except Problem as problem:
        assert problem.status == 401
        return None


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    other_keys.forget()


def test_a_key_leads_to_the_workspace_that_claimed_it(acme, owner):
    claim(acme, owner)
    claim(acme, owner, "another-key", environment="test")

    assert granted(KEY) == acme.dataset_id()
    assert granted("another-key") == acme.dataset_id("test")
    assert granted(KEY, tool="posthog") is None
    assert granted(KEY.lower()) is None


def test_a_claimed_key_may_stand_in_a_page_and_reads_nothing(acme, owner):
    claim(acme, owner)
    grant = other_keys.grant(other_keys.name("segment", KEY), now())

    assert (grant.kind, grant.can_write, grant.is_secret) == ("publishable", True, False)


def test_what_was_given_up_is_refused_at_once(acme, owner):
    row = claim(acme, owner)
    assert granted(KEY)
    other_keys.give_up(row, actor=owner, now=now())

    assert granted(KEY) is None


def test_a_key_is_claimed_once(acme, globex, owner, stranger):
    claim(acme, owner)

    with pytest.raises(Problem, match="Another workspace takes") as by_another:
        claim(globex, stranger)
    with pytest.raises(Problem, match="takes this key already"):
        claim(acme, owner)
    assert (by_another.value.status, by_another.value.extra["field"]) == (409, "key")
    assert granted(KEY) == acme.dataset_id()


def test_the_nearest_host_decides(acme, globex, owner, stranger):
    claim(acme, owner, "1", tool="matomo", host="https://Acme.example/x")
    claim(globex, stranger, "1", tool="matomo", host="shop.acme.example")

    assert granted("1", "matomo", "WWW.acme.example") == acme.dataset_id()
    assert granted("1", "matomo", "eu.shop.acme.example") == globex.dataset_id()
    assert granted("1", "matomo", "notacme.example") is None
    assert granted("1", "matomo", "") is None


@pytest.mark.parametrize(
    ("about", "field", "code"),
    [
        ({"key": "mp_live_0123456789abcdef"}, "key", "own_key"),
        ({"key": "short"}, "key", "too_short"),
        ({"key": "a@b.example"}, "key", "not_a_key"),
        ({"key": "a\x00bcdefg"}, "key", "not_a_key"),
        ({"key": "1", "tool": "matomo"}, "host", "host_needed"),
        ({"key": "1", "tool": "matomo", "host": "not a host"}, "host", "not_a_host"),
    ],
)
def test_what_is_no_key_is_refused_with_its_field(acme, owner, about, field, code):
    with pytest.raises(Problem) as refused:
        claim(acme, owner, **about)

    assert (refused.value.extra["field"], refused.value.code) == (field, code)


def test_use_is_noted_once_a_minute(acme, owner, clock):
    row = claim(acme, owner)
    granted(KEY)
    first = OtherKey.objects.get(pk=row.pk).last_used_at
    clock.shift(timedelta(seconds=30))
    granted(KEY)

    assert first is not None
    assert OtherKey.objects.get(pk=row.pk).last_used_at == first


def test_a_known_key_works_while_the_database_is_away(acme, owner, monkeypatch):
    claim(acme, owner)
    assert granted(KEY)

    def away(*args: Any, **kwargs: Any) -> Any:
        raise DatabaseError("away")

    other_keys.forget()
    monkeypatch.setattr(OtherKey.objects, "filter", away)
    monkeypatch.setattr("tracking.keys._database_away_until", 0.0)
    assert granted(KEY) == acme.dataset_id()
    with pytest.raises(Problem) as unknown:
        other_keys.grant(other_keys.name("segment", "never-seen"), now())
    assert unknown.value.status == 503
    monkeypatch.setattr("tracking.keys._database_away_until", 0.0)


def test_both_changes_stand_in_the_audit_log(acme, owner):
    other_keys.give_up(claim(acme, owner), actor=owner, now=now())

    assert list(AuditEntry.objects.values_list("action", "target").order_by("id"))[-2:] == [
        ("other_key.add", "Segment W1rt3K3y"),
        ("other_key.remove", "Segment W1rt3K3y"),
    ]
