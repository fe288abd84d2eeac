"""Keys: their forms, the moment they end, and what is kept of them."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.lib import crypto
from config.lib.problems import Problem
from config.testing.world import NOW
from workspaces import api_keys, limits
from workspaces.models import ApiKey, Limit

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    api_keys.forget()


@pytest.mark.parametrize(
    "kind, environment, prefix",
    [
        ("publishable", "live", "mp_live_"),
        ("publishable", "test", "mp_test_"),
        ("secret", "live", "mp_secret_live_"),
        ("secret", "test", "mp_secret_test_"),
    ],
)
def test_a_key_tells_its_kind_and_environment_before_32_random_hex_digits(acme, owner, kind, environment, prefix):
    key, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW, kind=kind, environment=environment)
    assert re.fullmatch(prefix + "[0-9a-f]{32}", raw)
    assert raw.startswith(key.prefix) and len(key.prefix) == len(prefix) + 6
    assert api_keys.authenticate(raw, NOW) == key


def test_of_a_secret_key_nothing_is_kept_but_its_digest(acme, owner):
    key, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW, kind="secret", permissions=["read"])
    stored = ApiKey.objects.filter(pk=key.pk).values().get()
    assert raw not in str(stored)
    assert stored["digest"] == crypto.digest(raw)


def test_the_database_itself_refuses_a_stored_secret_and_a_publishable_key_that_reads(acme, owner):
    for changes in ({"kind": "secret", "raw": "mp_secret_live_x"}, {"kind": "publishable", "permissions": ["read"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.create(workspace=acme, name="K", digest="d", prefix="p", **changes)


def test_a_publishable_key_only_writes_whatever_was_asked_for(acme, owner):
    key, _ = api_keys.issue(acme, name="K", actor=owner, now=NOW, permissions=["admin", "read"])
    assert key.permissions == ["write"]


def test_rotating_lets_the_old_key_work_for_24_more_hours(acme, owner):
    old, old_raw = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    new, new_raw = api_keys.rotate(old, actor=owner, now=NOW)
    end = NOW + 24 * HOUR
    assert [api_keys.authenticate(old_raw, at) is not None for at in (NOW, end - SECOND, end)] == [True, True, False]
    assert api_keys.authenticate(new_raw, end) == new
    assert (new.name, new.kind, new.permissions) == (old.name, old.kind, old.permissions)


def test_a_second_click_on_rotate_makes_no_third_key_and_gives_the_old_one_no_more_time(acme, owner):
    old, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    at_once = acme.api_keys.get()  # as the second of two clicks finds it
    api_keys.rotate(old, actor=owner, now=NOW, overlap_hours=1)
    for clicked in (old, at_once):
        with pytest.raises(Problem, match="was rotated and ends by itself"):
            api_keys.rotate(clicked, actor=owner, now=NOW, overlap_hours=24)
    assert acme.api_keys.count() == 2
    assert api_keys.authenticate(raw, NOW + HOUR) is None


def test_an_ended_key_cannot_be_rotated(acme, owner):
    key, _ = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    api_keys.revoke(key, actor=owner, now=NOW)
    with pytest.raises(Problem, match="Create a new one"):
        api_keys.rotate(key, actor=owner, now=NOW)


def test_a_revoked_key_is_refused_at_once_in_this_process(acme, owner):
    key, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    assert api_keys.authenticate(raw, NOW)
    api_keys.revoke(key, actor=owner, now=NOW)
    assert api_keys.authenticate(raw, NOW) is None


def test_a_revocation_in_another_process_is_known_here_after_five_seconds(acme, owner, monkeypatch):
    key, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    assert api_keys.authenticate(raw, NOW)
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=NOW)
    passed = api_keys.time.monotonic() + 5
    monkeypatch.setattr(api_keys.time, "monotonic", lambda: passed)
    assert api_keys.authenticate(raw, NOW) is None


def test_a_key_works_in_the_moment_it_is_made_even_after_it_was_tried_before(acme, owner, monkeypatch):
    monkeypatch.setattr(api_keys.secrets, "token_hex", lambda size: "ab" * size)
    raw = "mp_live_" + "ab" * 16
    assert api_keys.authenticate(raw, NOW) is None
    api_keys.issue(acme, name="K", actor=owner, now=NOW)
    assert api_keys.authenticate(raw, NOW)


def test_expiry_is_the_first_moment_the_key_does_not_work(acme, owner):
    _, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW, expires_at=NOW + HOUR)
    assert api_keys.authenticate(raw, NOW + HOUR - SECOND)
    assert api_keys.authenticate(raw, NOW + HOUR) is None


def test_an_expiry_in_the_past_is_refused_when_the_key_is_made(acme, owner):
    with pytest.raises(Problem, match="lies ahead"):
        api_keys.issue(acme, name="K", actor=owner, now=NOW, expires_at=NOW)


def test_a_busy_key_costs_one_query_in_five_seconds_and_one_write_a_minute(acme, owner):
    key, raw = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for second in range(120):
            api_keys.authenticate(raw, NOW + second * SECOND)
    statements = [query["sql"].split()[0] for query in queries]
    assert statements == ["SELECT", "UPDATE", "UPDATE"]
    key.refresh_from_db()
    assert key.last_used_at == NOW + 60 * SECOND


@pytest.mark.parametrize(
    "raw", ["", "mp_live_", "sk_live_1", "mp_live_" + "a" * 1_000_000, "mp_live_\u202e", "mp_live_x\n"]
)
def test_what_was_never_issued_is_refused(acme_key, raw):
    assert api_keys.authenticate(raw, NOW) is None


def test_what_happens_to_a_key_stands_in_the_audit_log(acme, owner):
    key, _ = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    api_keys.rotate(key, actor=owner, now=NOW)
    api_keys.revoke(key, actor=owner, now=NOW)
    actions = acme.organization.audit_entries.order_by("id").values_list("actor", "action")
    assert list(actions) == [
        (owner.email, "key.issue"),
        (owner.email, "key.issue"),
        (owner.email, "key.rotate"),
        (owner.email, "key.revoke"),
    ]


def test_a_rotated_key_keeps_its_limits(acme, owner):
    """Otherwise rotating would be the way around them."""
    old, _ = api_keys.issue(acme, name="K", actor=owner, now=NOW)
    quota = limits.Quota("events", "day", 10, "hard")
    for source in (Limit.Source.OWN, Limit.Source.OPERATOR):
        limits.set_limit(acme.organization, quota, actor=owner, now=NOW, key=old, source=source)
    new, _ = api_keys.rotate(old, actor=owner, now=NOW)
    for key in (old, new):
        found = [each for each in limits.in_force(acme.organization_id, NOW, key.pk) if each.key_id]
        assert [(each.most, each.policy, each.source) for each in found] == [(10, "hard", "operator")]
    assert new.limits.count() == 2
