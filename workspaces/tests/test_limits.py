"""Which limit is in force, who may set it, and how many fit into an organization."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from config.lib.clock import now
from config.lib.problems import Problem
from workspaces import api_keys, limits, members
from workspaces.limits import Quota, seats
from workspaces.models import Limit, LimitNotice, Membership, Role


def force(acme, metric: str = "events", period: str = "month", key_id: int = 0):
    """(most, policy, source) in force, or None."""
    found = [
        (each.most, each.policy, each.source)
        for each in limits.in_force(acme.organization_id, now(), key_id)
        if (each.metric, each.period) == (metric, period)
    ]
    return found[0] if found else None


def test_a_plan_replaces_the_plan_before_it(acme, clock):
    limits.set_limits(acme.organization, [Quota("events", "month", 100_000, "hard"), seats(5)], now())
    limits.set_limits(acme.organization, [Quota("events", "month", 1_000_000)], now())

    assert force(acme) == (1_000_000, "soft", "plan")
    assert force(acme, "seats", "always") is None


def test_the_same_plan_again_changes_nothing(acme, clock):
    plan = [Quota("events", "month", 100_000)]
    limits.set_limits(acme.organization, plan, now())
    limits.set_limits(acme.organization, plan, now())

    entries = acme.organization.audit_entries.values_list("actor", "action", "target")
    assert list(entries) == [("billing", "limits.plan", "100000 events a month (soft)")]


def test_an_operator_stands_above_the_plan_until_the_limit_is_lifted(acme, owner, clock):
    limits.set_limits(acme.organization, [Quota("events", "month", 100)], now())
    override = limits.set_limit(acme.organization, Quota("events", "month", None), actor=owner, now=now())
    lifted = force(acme)
    limits.lift(override, actor=owner, now=now())

    assert (lifted, force(acme)) == (None, (100, "soft", "plan"))


def test_the_defaults_of_the_installation_hold_where_nobody_says_otherwise(acme, settings, clock):
    settings.QUOTA_DEFAULTS = {"events_monthly": {"limit": 500, "policy": "hard"}, "builds_daily": 200}

    assert force(acme) == (500, "hard", "default")
    assert force(acme, "builds_daily", "day") == (200, "soft", "default")


def test_quotas_can_be_switched_off(acme, settings, clock):
    limits.set_limits(acme.organization, [Quota("events", "month", 1, "hard")], now())
    settings.QUOTAS_ENABLED = False

    assert limits.in_force(acme.organization_id, now()) == ()


@pytest.mark.parametrize(
    ("name", "metric", "period"),
    [
        ("events", "events", None),
        ("events_daily", "events", "day"),
        ("events_monthly", "events", "month"),
        ("api_requests_daily", "api_requests_daily", "day"),
        ("builds", "builds", None),
    ],
)
def test_what_a_name_speaks_of(name, metric, period):
    assert limits.named(name) == (metric, period)


def test_periods_are_those_of_utc():
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert limits.start_of("month", moment).isoformat() == "2026-12-01"
    assert limits.end_of("month", moment) == limits.end_of("day", moment) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_limit_of_a_key_is_only_that_keys(acme, owner, clock):
    one, other = (api_keys.issue(acme, name=name, actor=owner, now=now())[0] for name in ("one", "other"))
    limits.set_limit(acme.organization, Quota("events", "month", 7), actor=owner, now=now(), key=one, source="own")

    assert force(acme, key_id=one.pk) == (7, "soft", "own")
    assert force(acme, key_id=other.pk) is None
    assert force(acme) is None  # a person, or another tool's key


def test_the_grace_ends_after_seven_days_or_a_quarter(acme, clock):
    limits.set_limits(acme.organization, [Quota("events", "month", 100)], now())
    before = limits.in_force(acme.organization_id, now())[-1]
    LimitNotice.objects.create(
        organization=acme.organization, metric="events", period="month", starts_on="2026-03-01", percent=100,
        used=100, most=100, at=now(),
    )  # fmt: skip
    allowance = next(each for each in limits.in_force(acme.organization_id, now()) if each.metric == "events")

    assert before is not None
    assert allowance.ceiling(now() + timedelta(days=6)) == 125
    assert allowance.ceiling(now() + timedelta(days=7)) == 100


def invite(acme, email: str) -> str:
    by = Membership.objects.get(organization=acme.organization, role=Role.OWNER)
    return members.invite(by, email=email, role=Role.VIEWER, now=now())[1]


def test_nobody_joins_when_the_last_seat_is_taken(acme, clock):
    limits.set_limits(acme.organization, [seats(1)], now())
    user = User.objects.create_user("new@example.com", "a long password")
    invitation = members.open_invitation(invite(acme, user.email), now())

    with pytest.raises(Problem) as refused:
        members.accept(invitation, user, now())

    assert (refused.value.status, refused.value.code) == (402, "no_seat_left")
    invitation.refresh_from_db()
    assert invitation.accepted_at is None  # it can still be used when there is room


@pytest.mark.django_db(transaction=True)
def test_of_five_who_accept_at_once_as_many_join_as_there_are_seats(acme):
    limits.set_limits(acme.organization, [seats(3)], now())
    waiting = []
    for number in range(5):
        user = User.objects.create_user(f"new{number}@example.com", "a long password")
        waiting.append((members.open_invitation(invite(acme, user.email), now()), user))
    outcomes: list[str] = []

    def accept(invitation, user) -> None:
        try:
            members.accept(invitation, user, now())
            outcomes.append("in")
        except Problem as problem:
            outcomes.append(problem.code)
        connection.close()

    threads = [threading.Thread(target=accept, args=each) for each in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["in", "in", "no_seat_left", "no_seat_left", "no_seat_left"]
    assert Membership.objects.filter(organization=acme.organization).count() == 3


def test_an_operator_overrides_in_the_admin_and_it_is_written_down(admin_client, acme, clock):
    form = {"organization": acme.organization_id, "metric": "events", "period": "month", "most": "", "policy": "soft"}

    admin_client.post("/admin/workspaces/limit/add/", form | {"note": "a partner"})

    row = Limit.objects.get()
    assert (row.most, row.source) == (None, "operator")
    assert acme.organization.audit_entries.get().action == "limits.set"


def test_what_the_plan_says_is_not_changed_in_the_admin(admin_client, acme, clock):
    limits.set_limits(acme.organization, [Quota("events", "month", 100)], now())

    page = admin_client.get(f"/admin/workspaces/limit/{Limit.objects.get().pk}/change/")

    assert b"_save" not in page.content
