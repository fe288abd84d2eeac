"""The exports as somebody sees them: asked for, a bar that moves, a file that arrives."""

import json

import pytest

from analytics.models import Export
from analytics.tasks import make_export
from analytics.tests.world import page_view, store_events

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]


@pytest.fixture
def signed_in(page, live_site, as_owner):
    page.context.add_cookies([{"name": "sessionid", "value": as_owner.cookies["sessionid"].value, "url": live_site}])
    return page


def test_from_a_report_to_its_file(signed_in, live_site, acme, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("10:01", "/b")])
    page = signed_in
    page.goto(f"{live_site}/w/{acme.slug}/reports/events/?period=custom&from=2026-03-09&to=2026-03-09&f=is,page,/a")

    page.get_by_label("Download").click()
    page.get_by_role("link", name="All rows, in the background").click()
    assert page.get_by_text("Page is /a").is_visible()
    assert page.get_by_label("From").input_value() == "2026-03-09"
    page.get_by_label("As", exact=True).select_option("json")
    page.get_by_role("button", name="Export").click()

    page.get_by_role("progressbar").wait_for()
    make_export(Export.objects.get().pk)
    with page.expect_download() as arriving:
        page.get_by_role("link", name="Download", exact=True).click()

    assert [row["path"] for row in json.loads(arriving.value.path().read_text())] == ["/a"]
    assert page.get_by_role("progressbar").count() == 0
    page.get_by_role("link", name="Manifest").click()
    assert '"rows": 1' in page.content()


def test_more_rows_than_a_download_has_lead_to_the_exports(signed_in, live_site, acme, settings):
    settings.EXPORT_MAX_ROWS = 1
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("10:01", "/b")])
    page = signed_in
    page.goto(f"{live_site}/w/{acme.slug}/reports/events/?period=custom&from=2026-03-09&to=2026-03-09")

    page.get_by_label("Download").click()
    page.get_by_role("link", name="Excel").click()

    assert page.get_by_text("That is more than 1 rows").is_visible()
    assert page.get_by_label("As", exact=True).input_value() == "xlsx"


def test_dates_are_asked_for_only_where_they_count(signed_in, live_site, acme):
    page = signed_in
    page.goto(f"{live_site}/w/{acme.slug}/exports/")
    assert not page.get_by_label("From").is_visible()

    page.get_by_label("Period").select_option("custom")

    assert page.get_by_label("From").is_visible()


@pytest.mark.parametrize("path", ["exports", "mails"])
def test_on_a_phone_nothing_lies_beside_the_screen(signed_in, live_site, acme, path):
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_site}/w/{acme.slug}/{path}/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
