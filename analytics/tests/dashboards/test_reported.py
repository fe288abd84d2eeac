"""Every report as a widget: on the page, as CSV, through /data, on paper, behind a link and in an embed."""

import re

import pytest

from analytics.dashboards import making, sharing
from analytics.dashboards.kinds import KINDS
from analytics.dashboards.reported import REPORTS
from analytics.models import Dashboard
from analytics.tests.world import goal, page_view, store_events
from analytics.views.dashboards.widgets.reported import MEMBERS_ALONE, NOT_NARROWED
from analytics.views.exports.sources import REPORTS as EVERY
from config.testing.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "event_store")]
# Shown by kinds of other names.
ELSEWHERE = {"trends": "series", "realtime": "live", "definitions": "table"}


@pytest.fixture
def dashboard(acme, analyst) -> Dashboard:
    """Somebody was on /a and paid, somebody else was on /b."""
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), goal("10:01", "payment"), page_view("11:00", "/b", 2)])
    widgets = [{"id": name, "kind": name, "w": 6} for name in KINDS]
    config = {"period": "7d", "compare": "off", "widgets": widgets}
    return making.create(acme, name="Everything", config=config, actor=analyst, now=NOW)


def test_there_is_a_kind_for_every_report():
    assert {ELSEWHERE.get(name, name) for name in EVERY} <= set(KINDS)


def test_members_see_every_kind_and_none_is_refused(as_analyst, dashboard):
    page = as_analyst.get(f"/w/acme/dashboards/{dashboard.uid}/").content.decode()
    data = as_analyst.get(f"/api/dashboards/{dashboard.uid}/data").json()

    assert page.count('class="widget widget-') == len(KINDS) and "widget-refused" not in page
    assert [(each["id"], each["error"]) for each in data["widgets"]] == [(name, "") for name in KINDS]
    columns = {each["id"]: each["columns"] for each in data["widgets"]}
    assert columns["lifecycle"] == ["start", "new", "returning", "resurrected", "dormant", "pulse"]
    assert all(columns[name] for name in REPORTS)
    lifecycle = page.split('id="widget-lifecycle"')[1].split("</thead>")[0]
    assert re.findall(r">([\w ]+)</th>", lifecycle)[:3] == ["Start", "New", "Returning"]


@pytest.mark.parametrize("name", REPORTS)
def test_each_has_its_csv_its_form_and_its_page(as_analyst, dashboard, name):
    at = f"/w/acme/dashboards/{dashboard.uid}/widgets"
    csv = as_analyst.get(f"{at}/{name}.csv")
    form = as_analyst.get(f"{at}/{name}/").content.decode()
    report = as_analyst.get(f"/w/acme/reports/{name}/").content.decode()

    assert csv.status_code == 200 and csv["Content-Type"].startswith("text/csv")
    assert f"/w/acme/reports/{name}/?" in form
    assert f"/w/acme/dashboards/add/?report={name}" in report


def test_all_of_them_stand_on_paper(as_analyst, dashboard):
    assert as_analyst.get(f"/w/acme/dashboards/{dashboard.uid}/pdf/").content.startswith(b"%PDF")


def test_readers_of_a_link_see_no_single_people(admin, anonymous, dashboard):
    shared = sharing.create(dashboard, kind="link", name="Wall", actor=admin, now=NOW)
    page = anonymous.get(f"/share/{sharing.secret_of(shared)}/").content.decode()

    assert page.count(MEMBERS_ALONE) == sum(each.is_personal for each in REPORTS.values()) == 3
    assert NOT_NARROWED not in page


def test_an_embed_shows_only_what_obeys_its_customers_filter(admin, anonymous, dashboard):
    embedded = sharing.create(dashboard, kind="embed", name="Product", actor=admin, now=NOW)
    token = sharing.token(embedded, [["is", "page", ["/b"]]], NOW)
    page = anonymous.get(f"/embed/{embedded.uid}/?token={token}").content.decode()

    assert page.count(MEMBERS_ALONE) == 3
    assert page.count(NOT_NARROWED) == sum(not (e.is_personal or e.is_narrowed) for e in REPORTS.values()) == 3
    assert "/b" in page and "/a<" not in page


def test_a_question_that_makes_no_sense_is_refused_before_it_is_saved(as_analyst, acme):
    config = {"widgets": [{"kind": "web", "question": "tab=moon"}]}
    answer = as_analyst.post("/api/dashboards", {"name": "Web", "config": config}, content_type="application/json")

    assert answer.status_code == 400 and "Unknown report" in answer.json()["detail"]
