"""Every report as a file at once; and what a row limit does."""

import csv
import io
import json

import pytest

from analytics.exports.formats import FORMATS
from analytics.exports.headings import called
from analytics.tests.world import page_view, store_events
from analytics.views.exports.sources import SOURCES
from workspaces.models import AuditEntry

pytestmark = pytest.mark.usefixtures("event_store", "clock")
AGGREGATED = sorted(set(SOURCES) - {"events", "people", "sessions"})


@pytest.fixture
def seen(acme):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("11:00", "/b", 2)])


def fetched(client, acme, source, kind="csv", query="period=yesterday"):
    answer = client.get(f"/w/{acme.slug}/download/{source}/as/{kind}/?{query}")
    return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_source_has_a_heading_that_people_can_read_and_rows_of_its_width(as_owner, acme, seen, source):
    answer, raw = fetched(as_owner, acme, source)

    head, *rows = csv.reader(io.StringIO(raw.decode(), newline=""))
    assert answer.status_code == 200
    assert {len(row) for row in rows} <= {len(head)}
    assert [name for name in head if not called(name)[0].isupper()] == []


@pytest.mark.parametrize("kind", FORMATS)
def test_a_panel_comes_in_every_format(as_owner, acme, seen, kind):
    answer, raw = fetched(as_owner, acme, "overview-page", kind)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="acme-overview-page-2026-03-10.{kind}"'
    if kind == "json":
        assert json.loads(raw) == [
            {"page": "/a", "visitors": 1, "pageviews": 1}, {"page": "/b", "visitors": 1, "pageviews": 1}
        ]  # fmt: skip


def test_filters_and_period_of_the_page_hold(as_owner, acme, seen):
    _, raw = fetched(as_owner, acme, "overview-page", "json", "period=yesterday&f=is,page,/b")

    assert [row["page"] for row in json.loads(raw)] == ["/b"]


def test_a_download_is_compared_as_the_page_is(as_owner, acme, seen):
    _, compared = fetched(as_owner, acme, "trends")
    _, alone = fetched(as_owner, acme, "trends", query="period=yesterday&compare=off")

    assert compared.decode().splitlines()[0] == "start,Visitors,before: Visitors"
    assert alone.decode().splitlines()[0] == "start,Visitors"


@pytest.mark.parametrize("source", ["events", "people", "sessions"])
def test_single_people_are_for_those_who_may_export(as_analyst, as_admin, acme, seen, source):
    assert fetched(as_analyst, acme, source)[0].status_code == 403
    assert fetched(as_admin, acme, source)[0].status_code == 200


def test_a_viewer_gets_what_the_pages_show_and_nothing_more(as_viewer, acme, seen):
    found = {source: fetched(as_viewer, acme, source)[0].status_code for source in AGGREGATED}
    pages = {source: 200 if SOURCES[source].needs == "viewer" else 403 for source in AGGREGATED}

    assert found == pages
    assert found["trends"] == 200
    assert found["funnel"] == 403


def test_more_rows_than_fit_are_never_cut_but_offered_as_an_export(as_owner, acme, seen, settings):
    settings.EXPORT_MAX_ROWS = 1

    answer, _ = fetched(as_owner, acme, "events", "xlsx", "period=yesterday&f=is,page,/a|/b")
    fits, _ = fetched(as_owner, acme, "events", "xlsx", "period=yesterday&f=is,page,/a")

    assert answer.status_code == 302
    assert answer.url.startswith(f"/w/{acme.slug}/exports/?source=events&format=xlsx&period=yesterday&f=")
    assert 'value="is,page,/a|/b"' in as_owner.get(answer.url).content.decode()
    assert fits.status_code == 200


def test_a_download_is_in_the_audit_log(as_owner, acme, seen):
    fetched(as_owner, acme, "people", "parquet")

    entry = AuditEntry.objects.get(action="export.download")
    assert (entry.actor, entry.target) == ("owner@example.com", "People as parquet, 2 rows")


@pytest.mark.parametrize("path", ["events/as/exe", "nothing/as/csv"])
def test_what_there_is_not(as_owner, acme, path):
    assert as_owner.get(f"/w/{acme.slug}/download/{path}/").status_code == 404


def test_a_question_that_makes_no_sense_is_refused_with_a_sentence(as_owner, acme):
    answer, raw = fetched(as_owner, acme, "overview-page", "csv", "period=fortnight")

    assert answer.status_code == 400
    assert "fortnight" in raw.decode()
