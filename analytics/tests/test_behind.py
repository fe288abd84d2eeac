"""From a number to the people behind it, and from them to a cohort: as many as the number says, and nobody else's."""

import csv
import io
import re

import pytest

from analytics.models import Cohort
from analytics.tests.world import goal, page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
WEEK = "from=2026-03-02&to=2026-03-09"
REPORTS = [
    ("trends", f"{WEEK}&s=visitors"),
    ("trends", f"{WEEK}&s=events;is,event,signup"),
    ("trends", f"{WEEK}&s=visitors&by=country"),
    ("retention", f"{WEEK}&unit=day&columns=4"),
    ("retention", f"{WEEK}&unit=day&columns=4&clock=rolling&who=recurring&came=after"),
    ("lifecycle", WEEK),
    ("stickiness", WEEK),
    ("paths", f"{WEEK}&of=events"),
    ("attribution", f"{WEEK}&goal=signup&by=country"),
    ("funnel", f"{WEEK}&steps=is,event,page_view&steps=is,event,signup"),
]


@pytest.fixture
def busy(acme, globex):
    """Six people on some of eight days; the even ones sign up. A neighbour has people of the same numbers."""
    sent = []
    for visitor in range(1, 7):
        client = {"country": "DE" if visitor % 2 else "FR"}
        for day in range(2, 10, visitor):
            sent.append(page_view(f"2026-03-{day:02}T10:00", "/", visitor, client=client))
        if visitor % 2 == 0:
            sent.append(goal("2026-03-08T10:05", "signup", visitor))
    store_events(acme.dataset_id(), sent)
    store_events(globex.dataset_id(), [page_view("2026-03-03T10:00", visitor=each) for each in range(1, 40)])
    return acme


def behind(client, report, state, row, column):
    return client.get(f"/w/acme/reports/{report}/behind/?{state}&row={row}&column={column}")


def listed(answer) -> int:
    """How many people the page says there are."""
    found = re.search(r"–\d+ of ([\d,]+)", answer.content.decode())
    return int(found[1]) if found else 0


@pytest.mark.parametrize(("report", "state"), REPORTS)
def test_there_are_as_many_people_as_the_number_says(busy, as_owner, report, state):
    text = as_owner.get(f"/w/acme/reports/{report}.csv?{state}").content.decode()
    heading, *rows = list(csv.reader(io.StringIO(text)))
    counted = [
        (row, column)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value.isdecimal() and int(value) and column and "before" not in heading[column]
    ]
    some = [place for place in counted if report != "funnel" or place[1] == 3][:: max(1, len(counted) // 6)]
    assert some
    for row, column in some:
        answer = behind(as_owner, report, state, row, column)
        assert answer.status_code == 200, (heading[column], rows[row])
        assert listed(answer) == int(rows[row][column]), (heading[column], rows[row])


def test_they_are_kept_as_a_cohort(busy, as_owner):
    address = f"/w/acme/reports/stickiness/behind/?{WEEK}&row=1&column=2"
    answer = as_owner.post(address, {"name": "Came twice or more"}, follow=True)
    assert "is saved" in answer.content.decode()
    cohort = Cohort.objects.get(name="Came twice or more")
    shown = behind(as_owner, "stickiness", WEEK, 1, 2)
    assert cohort.size == listed(shown) > 0
    assert cohort.description.startswith("People active on at least 2 days")


@pytest.mark.parametrize(
    ("report", "place"),
    [("lifecycle", "row=0&column=5"), ("trends", "row=99&column=1"), ("stickiness", "row=x&column=1")],
)
def test_a_cell_that_counts_nobody_leads_back_with_a_sentence(busy, as_owner, report, place):
    answer = as_owner.get(f"/w/acme/reports/{report}/behind/?{WEEK}&{place}", follow=True)
    assert answer.redirect_chain[0][0].startswith(f"/w/acme/reports/{report}/?")
    assert "no people behind" in answer.content.decode() or "whole numbers" in answer.content.decode()


def test_single_people_are_for_those_who_analyse(busy, as_viewer):
    assert behind(as_viewer, "trends", WEEK, 0, 1).status_code == 403
    receipt = as_viewer.get(f"/w/acme/reports/trends/receipt/?{WEEK}&row=0&column=1").content.decode()
    assert "/behind/" not in receipt


def test_the_receipt_of_a_number_leads_to_its_people(busy, as_owner):
    receipt = as_owner.get(f"/w/acme/reports/lifecycle/receipt/?{WEEK}&row=0&column=1").content.decode()
    assert "/w/acme/reports/lifecycle/behind/?" in receipt


def test_people_are_called_the_same_wherever_they_are_listed(busy, as_owner):
    def names(address: str) -> set[str]:
        return set(re.findall(r">(Visitor [0-9a-f]{4})<", as_owner.get(address, follow=True).content.decode()))

    everybody = names(f"/w/acme/reports/people/?period=custom&{WEEK}")
    people = names(f"/w/acme/reports/trends/behind/?{WEEK}&s=visitors&row=0&column=1")
    as_owner.post(f"/w/acme/reports/trends/behind/?{WEEK}&s=visitors&row=0&column=1", {"name": "First"})

    assert len(everybody) == 6
    assert people and people <= everybody
    assert names(f"/w/acme/cohorts/{Cohort.objects.get().uid}/") == people


def test_a_formula_offers_no_people_and_a_path_leads_to_its_own(busy, as_owner):
    formula = as_owner.get(f"/w/acme/reports/trends/?{WEEK}&s=visitors&s=events&formula=B/A").content.decode()
    paths = as_owner.get(f"/w/acme/reports/paths/?{WEEK}&of=events").content.decode()

    assert "trends/behind/" not in formula
    assert "/w/acme/reports/paths/behind/" in paths
