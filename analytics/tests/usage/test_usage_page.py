"""The usage page: how much is used, where it goes, what happens then; and limits of single keys."""

from datetime import timedelta

import pytest

from analytics.quotas import of_organization
from analytics.views.usage_words import consequence, outlook
from config.lib.clock import now
from tracking.models import UsageDifference, UsageProgress
from tracking.tests.door import post
from tracking.tests.usage.booked import stored_and_booked
from tracking.tests.usage.test_limits_at_the_door import batch
from tracking.usage import increments
from workspaces import api_keys, limits
from workspaces.limits import Quota
from workspaces.models import ApiKey, Limit

PAGE = "/o/acme/usage/"


def allow(acme, *quotas: Quota) -> None:
    limits.set_limits(acme.organization, quotas, now())
    api_keys.forget()


def text(client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def quota(acme, metric: str = "events"):
    return next(each for each in of_organization(acme.organization, now()) if each.metric == metric)


def test_it_says_how_much_is_used_of_what_and_by_whom(as_viewer, acme, acme_key, event_store, clock):
    allow(acme, Quota("events", "month", 1000))
    post(batch(250), key=acme_key)
    stored_and_booked(now())

    page = text(as_viewer)

    assert '250</span> <span class="text-muted">of 1,000, 25' in page
    assert '<td>Acme</td><td class="text-right tabular-nums">250</td>' in page
    assert '<td>Website</td><td class="text-right tabular-nums">250</td>' in page


def test_what_is_not_booked_yet_is_a_row_and_not_missing(as_viewer, acme, acme_key, event_store, clock):
    """The counter knows at once, the ledger within five minutes."""
    post(batch(3), key=acme_key)
    before = text(as_viewer)
    stored_and_booked(now())

    assert '<td>in the last minutes, not assigned yet</td><td class="text-right tabular-nums">3</td>' in before
    assert "not assigned yet" not in text(as_viewer)


def test_it_says_what_is_held(as_viewer, acme, acme_key, clock):
    allow(acme, Quota("events", "month", 1, "hard"))
    post(batch(3), key=acme_key)

    assert "2 events held." in text(as_viewer)


# It is 10 March, 12:00: 9.5 of 31 days are over.
@pytest.mark.parametrize(
    ("most", "used", "said"),
    [
        (1000, 0, "Nothing is used yet."),
        (1000, 100, "At this pace 326 by the end of the month: within the limit."),
        (200, 100, "At this pace 326 by the end of the month: the limit is reached around 20 March."),
        (100, 100, "All of it is used. It begins again on 1 April."),
    ],
)
def test_it_says_where_it_goes(acme, acme_key, clock, most, used, said):
    allow(acme, Quota("events", "month", most))
    if used:
        post(batch(used), key=acme_key)

    assert outlook(quota(acme), now()) == said


def test_on_the_first_morning_it_is_too_early_to_say(acme, acme_key, clock):
    clock.shift(timedelta(days=21, hours=14))  # 1 April, 02:00
    allow(acme, Quota("events", "month", 1000))
    post(batch(10), key=acme_key)

    assert outlook(quota(acme), now()) == "Too early to say where it goes."


@pytest.mark.parametrize(
    ("metric", "policy", "said"),
    [
        ("events", "hard", "further events are held for 30 days"),
        ("events", "soft", "At 125 %, or seven days after 100 %, further events are held"),
        ("builds", "hard", "refused with 402"),
        ("builds", "soft", "counting goes on"),
    ],
)
def test_it_says_what_happens_at_the_limit(acme, clock, metric, policy, said):
    allow(acme, Quota(metric, "month", 10, policy))

    assert said in consequence(quota(acme, metric))


def test_own_units_stand_on_it(as_viewer, acme, clock):
    increments.increment(acme, "builds_daily", 7, now())

    assert "7 of 200" in text(as_viewer)


def test_an_admin_limits_a_key_and_takes_it_back(as_admin, acme, acme_key, clock):
    key = ApiKey.objects.get(raw=acme_key)

    as_admin.post(PAGE, {"key": key.pk, "most": 2, "period": "day", "policy": "hard"})
    held = post(batch(3), key=acme_key).json()["held"]
    as_admin.post(f"/o/acme/usage/limits/{Limit.objects.get().uid}/lift/")

    assert (held, Limit.objects.count()) == (1, 0)
    actions = acme.organization.audit_entries.filter(action__startswith="limits").values_list("action", flat=True)
    assert set(actions) == {"limits.set", "limits.lift"}


def test_below_an_admin_nobody_limits_keys(as_analyst, acme, acme_key):
    key = ApiKey.objects.get(raw=acme_key)

    page = as_analyst.post(PAGE, {"key": key.pk, "most": 0, "period": "day", "policy": "hard"})

    assert (page.status_code, Limit.objects.count()) == (200, 0)
    assert "Limit a key" not in page.content.decode()


def test_a_key_of_another_organization_is_no_choice(as_admin, acme, globex, stranger):
    theirs, _ = api_keys.issue(globex, name="Theirs", actor=stranger, now=now())

    page = as_admin.post(PAGE, {"key": theirs.pk, "most": 0, "period": "day", "policy": "hard"})

    assert Limit.objects.count() == 0
    assert "Select a valid choice" in page.content.decode()


def test_the_plans_limits_are_not_the_customers_to_take_back(as_admin, acme, clock):
    allow(acme, Quota("events", "month", 10))

    answer = as_admin.post(f"/o/acme/usage/limits/{Limit.objects.get().uid}/lift/")

    assert (answer.status_code, Limit.objects.count()) == (404, 1)


def test_differences_are_shown(as_viewer, acme, clock):
    UsageProgress.objects.create(pk=1, reconciled_at=now())
    agreed = text(as_viewer)
    UsageDifference.objects.create(
        organization=acme.organization, day="2026-03-09", counted=None, booked=12, stored=13, found_at=now()
    )

    page = text(as_viewer)

    assert "agree to the last event" in agreed
    assert "the three ways of counting differ" in page
    assert '<td>9 March</td><td class="text-right tabular-nums">–</td>' in page
