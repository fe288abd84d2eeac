"""Settings → Privacy & filters, as an administrator and others meet it."""

import pytest
from django.utils.html import strip_tags

from tracking.models import CollectionRules
from tracking.tests.door import post, verdicts
from tracking.tests.expiry.aging import keep, night, say
from tracking.tests.usage.booked import stored
from workspaces.models import AuditEntry

pytestmark = pytest.mark.usefixtures("clock")
URL = "/w/acme/settings/privacy/"
USUAL = {"on_gpc": "limit", "address_use": "full", "respects_dnt": "on"}


def test_a_workspace_begins_with_the_defaults_and_no_row(as_admin):
    page = as_admin.get(URL)

    assert page.status_code == 200
    assert "Nothing was kept out." in page.content.decode()
    assert not CollectionRules.objects.exists()


def test_what_is_saved_holds_at_once_and_is_in_the_audit_log(as_admin, acme, acme_key):
    lines = {
        "excluded_pages": "/admin/**\r\n\r\n/x",
        "excluded_countries": "de\nfr",
        "excluded_addresses": "192.0.2.9/24",
    }
    answer = as_admin.post(URL, USUAL | lines)

    assert (answer.status_code, answer.headers["Location"]) == (302, URL)
    row = CollectionRules.objects.get(workspace=acme)
    assert (row.excluded_pages, row.excluded_countries) == (["/admin/**", "/x"], ["DE", "FR"])
    assert row.excluded_addresses == ["192.0.2.0/24"]
    assert (
        AuditEntry.objects.get(action="rules.change").target == "excluded_addresses, excluded_countries, excluded_pages"
    )
    refused = post({"event_type": "a", "url": "https://acme.example/x"}, acme_key)
    assert verdicts(refused) == [("rejected", "excluded_page")]
    assert "The workspace excludes this page." in as_admin.get(URL).content.decode()


def test_saving_what_was_there_changes_nothing(as_admin, acme):
    as_admin.post(URL, USUAL | {"excluded_pages": "/x"})
    as_admin.post(URL, USUAL | {"excluded_pages": "/x"})

    assert AuditEntry.objects.filter(action="rules.change").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("excluded_addresses", "office", "“office” is no IP address"),
        ("excluded_pages", "admin", "Write a path like /admin/**"),
        ("excluded_hosts", "a b", "is not a host name"),
        ("excluded_countries", "Germany", "is no country code"),
        ("excluded_pages", "\n".join(f"/{n}" for n in range(101)), "At most 100 lines."),
    ],
)
def test_an_entry_that_makes_no_sense_is_told_beside_its_field(as_admin, field, value, sentence):
    answer = as_admin.post(URL, USUAL | {field: value})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not CollectionRules.objects.exists()


def test_analysts_do_not_change_what_is_taken(as_analyst):
    assert as_analyst.get(URL).status_code == 403
    assert as_analyst.post(URL, USUAL).status_code == 403


@pytest.fixture
def three_old_events(acme, acme_key, event_store, empty_log):
    keep(acme, 365)
    for days_ago in (100, 95, 91):
        say(acme_key, "phone", days_ago)
    say(acme_key, "phone", 1)
    stored()


def test_a_shorter_limit_is_saved_after_it_said_what_it_deletes(as_admin, acme, three_old_events):
    asked = as_admin.post(URL, USUAL | {"event_days": "90"})
    between = CollectionRules.objects.get().event_days
    other = as_admin.post(URL, USUAL | {"event_days": "80", "agreed": "90"})
    answer = as_admin.post(URL, USUAL | {"event_days": "90", "agreed": "90"})

    said = " ".join(strip_tags(asked.content.decode()).split())
    assert "all from before 10 Dec 2025 (UTC): 3 live events and 0 test events as of now" in said
    assert "This cannot be undone" in said
    assert (between, other.status_code, answer.status_code) == (365, 200, 302)
    assert CollectionRules.objects.get().event_days == 90
    assert AuditEntry.objects.get(action="rules.change").target == "event_days to 90"


@pytest.mark.parametrize("days", ["366", "", "101"])
def test_what_deletes_nothing_is_not_asked_about(as_admin, acme, three_old_events, days):
    assert as_admin.post(URL, USUAL | {"event_days": days}).status_code == 302


def test_the_page_says_what_was_deleted_and_when(as_admin, acme, three_old_events):
    keep(acme, 90)
    night(acme)
    said = " ".join(strip_tags(as_admin.get(URL).content.decode()).split())

    assert "Live events before 10 Dec 2025 (UTC) are deleted. Last on 10 Mar 2026, 12:00 UTC: 3 events" in said
    assert "Test events before 10 Dec 2025 (UTC) are deleted every night; none was that old yet." in said


@pytest.mark.parametrize("days", ["29", "3651", "-1", "many"])
def test_a_limit_is_a_month_to_ten_years(as_admin, days):
    answer = as_admin.post(URL, USUAL | {"event_days": days})

    assert answer.status_code == 200 and "field-error" in answer.content.decode()
    assert not CollectionRules.objects.exists()
