"""Annotations: over HTTP, on the charts, and who sees whose."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from analytics import annotations
from analytics.dashboards import making, sharing
from analytics.models import Annotation
from analytics.tests.test_api import key_of
from analytics.tests.world import page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API, PAGE = "/api/annotations", "/w/acme/annotations/"
RELEASE = {"kind": "release", "text": "Version 2.1", "url": "https://github.com/acme/shop/releases/tag/v2.1"}


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner)})


def notes_on(answer, name="chart-data"):
    data = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', answer.content.decode(), re.S)
    return json.loads(data[1])["notes"]


def test_a_release_marks_itself(as_key):
    made = as_key.post(API, RELEASE, "application/json")

    assert made.status_code == 201
    assert {name: made.json()[name] for name in RELEASE} == RELEASE
    assert (made.json()["at"], made.json()["is_shared"], made.json()["created_by"]) == (
        "2026-03-10T12:00:00Z", True, None,
    )  # fmt: skip
    assert as_key.get(API).json() == [made.json()]


def test_it_is_changed_and_deleted(as_key):
    made = as_key.post(API, RELEASE, "application/json").json()
    one = f"{API}/{made['id']}"

    changed = as_key.put(one, {"text": "Version 2.2", "at": "2026-03-09T08:00:00+01:00"}, "application/json").json()
    assert (changed["text"], changed["at"], changed["url"]) == ("Version 2.2", "2026-03-09T07:00:00Z", RELEASE["url"])
    assert as_key.delete(one).status_code == 204
    assert as_key.get(one).status_code == 404


def test_a_span_of_time_is_listed_in_order(as_key):
    for day in (9, 3, 7):
        as_key.post(API, {"text": f"Day {day}", "at": f"2026-03-0{day}T00:00:00Z"}, "application/json")
    found = as_key.get(API, {"from": "2026-03-03T00:00:00Z", "to": "2026-03-09T00:00:00Z"}).json()

    assert [each["text"] for each in found] == ["Day 3", "Day 7"]


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": " "}, {"text": "x" * 201}, {"text": "x", "at": "yesterday"},
     {"text": "x", "at": "1900-01-01T00:00:00Z"}, {"text": "x", "url": "javascript:alert(1)"},
     {"text": "x", "url": "ftp://a.example/"}, {"text": "x", "kind": "party"}, {"text": "x", "is_shared": False},
     {"text": "a\0b"}],
)  # fmt: skip
def test_what_is_no_note_is_refused(as_key, body):
    assert as_key.post(API, body, "application/json").status_code == 422


@pytest.mark.parametrize("given", ["soon", "2026-13-01"])
def test_a_bound_that_is_no_moment_is_refused(as_key, given):
    assert as_key.get(API, {"from": given}).status_code == 422


def test_a_mark_stands_at_its_bucket_on_the_overview_and_on_trends(acme, as_analyst, analyst):
    store_events(acme.dataset_id(), [page_view("2026-03-05T10:00")])
    at = datetime(2026, 3, 5, 23, 59, tzinfo=UTC)
    annotations.create(acme, actor=analyst, now=NOW, text="Campaign", at=at)
    annotations.create(acme, actor=analyst, now=NOW, text="Too old", at=at - timedelta(days=30))
    expected = [{"place": 2, "said": ["5 Mar, 23:59: Campaign"]}]  # 3, 4, 5 March

    overview = as_analyst.get("/w/acme/?period=7d")
    trends = as_analyst.get("/w/acme/reports/trends/?period=7d")
    assert notes_on(overview) == notes_on(trends, "trend-data") == expected
    assert "Campaign" in re.sub(r"<script.*?</script>", "", overview.content.decode(), flags=re.S)


def test_a_personal_note_is_seen_by_its_maker_alone(acme, as_analyst, as_owner, as_viewer, viewer):
    as_viewer.post(PAGE, {"text": "My own", "shared": "1"})  # viewers cannot share
    note = Annotation.objects.get()

    assert (note.is_shared, note.created_by) == (False, viewer)
    assert "My own" in as_viewer.get(PAGE).content.decode()
    for client in (as_analyst, as_owner):
        assert "My own" not in client.get(PAGE).content.decode()
        assert "My own" not in client.get("/w/acme/").content.decode()
        assert client.get(API).json() == []
        assert client.delete(f"{API}/{note.uid}").status_code == 404


def test_the_dialog_adds_a_note_in_the_workspaces_zone_and_returns_to_the_chart(acme, as_analyst):
    acme.timezone = "Asia/Kathmandu"
    acme.save()
    form = {"text": "Campaign", "at": "2026-03-09T10:00", "kind": "note", "url": "", "shared": "1"}
    chart = "http://testserver/w/acme/?period=7d&metric=visits"
    answer = as_analyst.post(PAGE, form, headers={"referer": chart})

    assert answer["Location"] == "/w/acme/?period=7d&metric=visits"
    assert Annotation.objects.get().at == datetime(2026, 3, 9, 4, 15, tzinfo=UTC)  # five hours and three quarters
    elsewhere = as_analyst.post(PAGE, form, headers={"referer": "https://evil.example/x"})
    assert elsewhere["Location"] == PAGE


def test_a_shared_note_is_deleted_by_its_maker_or_an_analyst(acme, as_viewer, as_analyst, owner):
    note = annotations.create(acme, actor=owner, now=NOW, text="Release")
    as_viewer.post(f"{PAGE}{note.uid}/delete/")
    assert Annotation.objects.exists()
    as_analyst.post(f"{PAGE}{note.uid}/delete/")
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    "form", [{"text": "x", "at": "soon"}, {"text": " "}, {"text": "x", "url": "javascript:alert(1)"}]
)
def test_what_the_dialog_cannot_mean_is_said(as_analyst, form):
    page = as_analyst.post(PAGE, form, follow=True).content.decode()

    assert not Annotation.objects.exists()
    assert "No note yet" in page


def test_markup_stays_text_on_the_charts(acme, as_owner, owner):
    annotations.create(acme, actor=owner, now=NOW, text="</script><script>alert(1)</script>", at=NOW)

    assert "<script>alert(1)" not in as_owner.get("/w/acme/?period=day").content.decode()


def test_a_dashboard_shows_the_shared_notes_and_readers_of_a_link_see_none(acme, owner, as_viewer, anonymous):
    store_events(acme.dataset_id(), [page_view("2026-03-09T10:00")])
    widgets = [{"id": "line", "kind": "series", "question": "s=visitors"}]
    about = {"actor": owner, "now": NOW}
    board = making.create(acme, name="Board", is_public=True, config={"period": "7d", "widgets": widgets}, **about)
    for text, is_shared in (("Version 2.1", True), ("My own", False)):
        annotations.create(acme, at=NOW - timedelta(days=2), text=text, is_shared=is_shared, **about)
    shared = sharing.create(board, kind="link", name="Wall", **about)

    page = as_viewer.get(f"/w/acme/dashboards/{board.uid}/").content.decode()
    outside = anonymous.get(f"/share/{sharing.secret_of(shared)}/").content.decode()

    assert "Version 2.1" in page and "My own" not in page and "note-dialog" in page
    assert outside.count('data-plot="plot-line"') == 1 and "Version 2.1" not in outside
