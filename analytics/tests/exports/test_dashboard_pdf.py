"""A dashboard as a PDF: every kind of widget has something to say on paper."""

import pytest
from django.http import QueryDict

from analytics.dashboards import making
from analytics.dashboards.kinds import KINDS
from analytics.dashboards.templates import TEMPLATES, config_of
from analytics.tests.world import goal, page_view, store_events
from analytics.views.dashboards.page import read
from analytics.views.exports.dashboards import sections
from config.testing.pictures import png
from config.testing.world import NOW
from workspaces import logos
from workspaces.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "event_store")]


@pytest.fixture
def made(acme, owner):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("11:00", "/b", 2), goal("11:01", "signup")])

    def make(*widgets):
        config = {"period": "yesterday", "compare": "off", "widgets": list(widgets)}
        return making.create(acme, name="Sales", config=config, actor=owner, now=NOW)

    return make


def test_figures_come_first_then_the_widgets(made, as_owner, acme, text):
    dashboard = made(
        {"id": "t", "kind": "text", "title": "Why", "text": "Read <b>this</b> first."},
        {"id": "pages", "kind": "bar", "title": "Top pages"},
        {"id": "v", "kind": "number", "question": "s=visitors"},
    )

    answer = as_owner.get(f"/w/acme/dashboards/{dashboard.uid}/pdf/")

    found = text(answer.content)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-dashboard-2026-03-10.pdf"'
    for words in ("Sales", "9 Mar 2026", "Visitors", "Read <b>this</b> first.", "Top pages", "/a"):
        assert words in found
    assert found.index("Visitors") < found.index("Why") < found.index("Top pages")
    assert AuditEntry.objects.get(action="export.download").target == "Dashboard Sales as pdf"


def test_period_and_filters_of_the_page_hold(made, as_owner, text):
    dashboard = made({"id": "pages", "kind": "bar"})

    found = text(as_owner.get(f"/w/acme/dashboards/{dashboard.uid}/pdf/?f=is,page,/b").content)

    assert "Page is /b" in found
    assert "/a" not in found


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"text", "live"}))
def test_every_kind_of_widget_is_a_section(made, kind):
    dashboard = made({"id": "w", "kind": kind, "title": "It"})

    (section,) = sections(read(dashboard, QueryDict(), NOW), dashboard)

    assert section.figures or section.chart or section.table or section.text


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_printed(made, as_owner, name):
    dashboard = made(*config_of(name)["widgets"])

    assert as_owner.get(f"/w/acme/dashboards/{dashboard.uid}/pdf/").content.startswith(b"%PDF")


def test_dashboards_and_reports_carry_the_logo(made, as_owner, acme, owner):
    dashboard = made({"id": "pages", "kind": "bar"})
    addresses = [f"/w/acme/dashboards/{dashboard.uid}/pdf/", "/w/acme/download/overview/as/pdf/"]
    plain = [as_owner.get(each).getvalue() for each in addresses]
    logos.set_logo(acme.organization, png(), actor=owner, now=NOW)

    assert [b"/Subtype/Image" in each for each in plain] == [False, False]
    assert [b"/Subtype/Image" in as_owner.get(each).getvalue() for each in addresses] == [True, True]


def test_who_may_not_see_it_does_not_get_it_on_paper_either(made, as_viewer):
    dashboard = made({"id": "pages", "kind": "bar"})

    assert as_viewer.get(f"/w/acme/dashboards/{dashboard.uid}/pdf/").status_code == 404


def test_a_chart_has_every_day_of_the_period_though_a_table_has_its_first_rows(made, as_owner):
    dashboard = made({"id": "line", "kind": "series", "question": "s=visitors"})

    (section,) = sections(read(dashboard, QueryDict("period=28d"), NOW), dashboard)

    assert section.chart.kind == "line" and len(section.chart.labels) == 28


def test_who_came_back_is_a_grid_and_the_week_a_map_of_heat(made):
    dashboard = made({"id": "back", "kind": "retention"}, {"id": "week", "kind": "heatmap"})

    back, week = sections(read(dashboard, QueryDict("period=28d"), NOW), dashboard)

    assert back.chart is None and back.table.columns[1] == "People"
    assert week.chart.kind == "heat" and len(week.chart.lines) == 7 and len(week.chart.labels) == 24
