"""Dashboards on pages: what stands there, who may do what, and how a widget comes onto one."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.dashboards import making
from analytics.dashboards.kinds import KINDS
from analytics.dashboards.templates import TEMPLATES
from analytics.models import Dashboard
from analytics.query import costs
from analytics.tests.world import goal, page_view, store_events
from config.testing.world import NOW
from tracking.expiry import limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "event_store")]
VISITORS = {"id": "visitors", "kind": "number", "question": "s=visitors"}


@pytest.fixture
def dashboard(acme, analyst) -> Dashboard:
    config = {"period": "yesterday", "compare": "off", "widgets": [VISITORS, {"id": "pages", "kind": "bar"}]}
    return making.create(acme, name="Sales", config=config, actor=analyst, now=NOW)


def at(dashboard: Dashboard, rest: str = "") -> str:
    return f"/w/acme/dashboards/{dashboard.uid}/{rest}"


def widget(page: str, name: str) -> str:
    """The text of a widget."""
    (found,) = re.findall(rf'id="widget-{name}".*?</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found.split(">", 1)[1]).split())


def test_a_dashboard_shows_its_widgets_with_the_numbers_of_its_period(as_analyst, acme, dashboard):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("11:00", "/b", 2)])

    page = as_analyst.get(at(dashboard)).content.decode()

    assert widget(page, "visitors").startswith("Visitors 2") and "/a" in widget(page, "pages")
    assert f'data-socket="/ws/dashboard/{dashboard.uid}?"' in page


@pytest.mark.parametrize(
    ("kind", "period", "parts"),
    [("number", "yesterday", ""), ("number", "day", "parts=changing"), ("live", "yesterday", "parts=ticking")],
)
def test_a_page_asks_for_parts_as_long_as_they_change(as_analyst, analyst, acme, kind, period, parts):
    config = {"period": "7d", "widgets": [{"id": "one", "kind": kind}]}
    made = making.create(acme, name="Now", config=config, actor=analyst, now=NOW)

    page = as_analyst.get(at(made, f"?period={period}")).content.decode()

    address = f"/ws/dashboard/{made.uid}?period={period}{parts and '&amp;'}{parts}"
    assert f'data-socket="{address}"' in page


def test_period_and_filters_stand_in_the_url_and_hold_for_every_widget(as_analyst, acme, dashboard):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("2026-03-01T11:00", "/b", 2)])

    page = as_analyst.get(at(dashboard, "?period=28d&f=is,page,/b")).content.decode()

    assert widget(page, "visitors").startswith("Visitors 1") and "/a" not in widget(page, "pages")
    assert "?period=28d&amp;f=is,page,/b" in page  # links of the page keep both
    assert "period=yesterday" not in page  # its own period needs no word


def test_a_state_that_makes_no_sense_gives_way_to_the_dashboards_own(as_analyst, dashboard):
    page = as_analyst.get(at(dashboard, "?period=fortnight"))

    assert page.status_code == 200 and b"fortnight" in page.content and b"widget-visitors" in page.content


def test_htmx_gets_the_widgets_alone(as_analyst, dashboard):
    part = as_analyst.get(at(dashboard), headers={"HX-Request": "true", "HX-Target": "dashboard"}).content.decode()

    assert 'id="widget-visitors" data-live' in part and "<nav" not in part and "toolbar" not in part


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_draws_itself_and_says_when_there_is_nothing(as_analyst, acme, analyst, kind):
    config = {"period": "yesterday", "widgets": [{"id": "it", "kind": kind, "text": "Hello" if kind == "text" else ""}]}
    made = making.create(acme, name=kind, config=config, actor=analyst, now=NOW)

    empty = widget(as_analyst.get(at(made)).content.decode(), "it")
    seen = page_view("10:00", client={"country": "DE"}, fields={"props": {"account": "Initech"}})
    store_events(acme.dataset_id(), [seen, goal("10:01", "signup")])
    full = widget(as_analyst.get(at(made)).content.decode(), "it")

    assert empty and (kind in ("text", "live", "revenue") or full != empty)


# A column of events, of both, worked out, and names that statements may use themselves.
@pytest.mark.parametrize("name", ["page", "entry_page", "country", "browser_version", "goal", "prop:plan"])
def test_every_kind_can_be_narrowed(as_analyst, acme, analyst, name):
    store_events(acme.dataset_id(), [page_view("10:00"), goal("10:01", "signup")])
    widgets = [{"kind": kind} for kind in KINDS]
    made = making.create(acme, name="All", config={"period": "yesterday", "widgets": widgets}, actor=analyst, now=NOW)

    page = as_analyst.get(at(made, f"?f=is_not,{name},nothing"))

    assert page.status_code == 200 and b"widget-refused" not in page.content


WAITED_FOR = {
    "portfolio": "Send the event link_click with the property link_type, or change the widget",
    "ecommerce": "Send the event product_view with the property category, or change the widget",
    "saas": "Send the event signup, or change the widget",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_makes_a_dashboard_without_a_widget_that_fails(as_analyst, acme, name):
    store_events(acme.dataset_id(), [page_view("10:00"), goal("10:01", "purchase")])

    made = as_analyst.post("/w/acme/dashboards/new/", {"template": name})
    page = as_analyst.get(made.url).content.decode()

    assert made.status_code == 302 and TEMPLATES[name].label in page
    assert "widget-refused" not in page and page.count('class="widget ') == len(TEMPLATES[name].widgets)
    assert WAITED_FOR.get(name, "") in " ".join(page.split())


def test_a_viewer_sees_what_is_public_or_assigned_and_no_tools(as_viewer, viewer, acme, analyst, dashboard):
    assert as_viewer.get(at(dashboard)).status_code == 404
    assert "No dashboard is assigned to you" in as_viewer.get("/w/acme/dashboards/").content.decode()

    making.assign(dashboard, [viewer], actor=analyst, now=NOW)
    page = as_viewer.get(at(dashboard))

    assert page.status_code == 200 and b"/edit/" not in page.content and b"Share" not in page.content
    assert "Sales" in as_viewer.get("/w/acme/dashboards/").content.decode()
    for rest in ("edit/", "details/", "widgets/new/?kind=number", "share/"):
        assert as_viewer.get(at(dashboard, rest)).status_code == 403
    for rest in ("layout/", "delete/", "duplicate/", "keep/"):
        assert as_viewer.post(at(dashboard, rest)).status_code == 403


def test_text_is_text(as_analyst, acme, analyst):
    text = "<script>alert(1)</script> see https://example.com/a"
    made = making.create(acme, name="T", config={"widgets": [{"id": "t", "kind": "text", "text": text}]},
                         actor=analyst, now=NOW)  # fmt: skip

    page = as_analyst.get(at(made)).content.decode()

    assert "<script>alert" not in page and '<a href="https://example.com/a" rel="nofollow">' in page


def test_the_layout_is_saved_with_its_revision_and_an_older_one_is_refused(as_analyst, dashboard):
    places = [{"id": "pages", "w": 12, "h": 6}, {"id": "visitors"}]

    def save(revision: int, widgets: object = places):
        body = {"revision": revision, "widgets": widgets}
        return as_analyst.post(at(dashboard, "layout/"), body, content_type="application/json")

    assert save(1).json() == {"revision": 2}
    dashboard.refresh_from_db()
    found = dashboard.config["widgets"]
    assert [(each["id"], each["w"], each["h"]) for each in found] == [("pages", 12, 6), ("visitors", 3, 2)]
    assert save(1).status_code == 409
    assert save(2, [{"id": "unknown"}]).status_code == 409
    assert save(2, [{"id": "pages", "w": 13}]).status_code == 400
    assert save(2, "all").status_code == 400
    assert save(2, [{"id": "pages"}]).status_code == 200  # visitors is removed


FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "number": ({"metric": "visits", "event": "signup"}, "s=visits;is,event,signup"),
    "series": ({"metric": "events", "by": "country", "show": "bar"}, "s=events&by=country&show=bar"),
    "bar": ({"by": "source", "m": "visits", "top": "5"}, "by=source&m=visits&top=5"),
    "table": ({"by": "page", "m": ["visitors", "pageviews"], "top": "5"}, "by=page&m=visitors&m=pageviews&top=5"),
    "funnel": (
        {"step1": "/pricing", "step2": "sign (up)", "days": "7"},
        "step=is,page,/pricing&step=is,event,sign+%5C(up%5C)&window=7d",
    ),
    "retention": ({"begin": "signup", "unit": "month", "columns": "6"}, "begin=is,event,signup&unit=month&columns=6"),
    "paths": ({"of": "events", "start": "signup", "steps": "3", "top": "4"}, "of=events&start=signup&steps=3&top=4"),
    "map": ({"m": "visits"}, "m=visits"),
    "heatmap": ({"m": "pageviews"}, "m=pageviews"),
    "revenue": ({"by": "country"}, "by=country"),
    "text": ({"text": "Hello"}, ""),
    "live": ({}, ""),
    "lifecycle": ({"active": "signup"}, "active=is,event,signup"),
    "stickiness": ({"active": "signup"}, "active=is,event,signup"),
    "attribution": (
        {"goal": "signup", "by": "source", "model": "first", "window": "7"},
        "goal=signup&by=source&model=first&window=7",
    ),
    "web": ({"tab": "exit"}, "tab=exit"),
    "business": ({"measure": "wau"}, "measure=wau"),
    "accounts": ({"by": "company"}, "by=company"),
    "people": ({"who": "identified"}, "who=identified"),
    "sessions": ({}, ""),
    "events": ({}, ""),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_by_its_form_and_changed_by_it(as_analyst, acme, dashboard, kind):
    store_events(acme.dataset_id(), [goal("10:00", "signup"), page_view("10:01")])
    fields, question = FORMS[kind]

    made = as_analyst.post(at(dashboard, f"widgets/new/?kind={kind}"), {"title": "Mine", **fields})

    assert made.status_code == 302, made.content.decode()
    dashboard.refresh_from_db()
    found = dashboard.config["widgets"][-1]
    assert (found["kind"], found["title"], found["question"]) == (kind, "Mine", question)
    again = as_analyst.get(at(dashboard, f"widgets/{found['id']}/"))
    form = again.context["form"]
    assert again.status_code == 200 and bool(form.initial.get("address")) == (kind == "funnel")  # brackets in a name
    preview = as_analyst.post(at(dashboard, f"widgets/new/preview/?kind={kind}"), {"title": "Mine", **fields})
    assert preview.status_code == 200 and "widget-refused" not in preview.content.decode()


def test_a_report_becomes_a_widget_with_its_question(as_analyst, dashboard):
    page = as_analyst.get("/w/acme/reports/funnel/?step=is,page,/&step=is,goal,signup").content.decode()
    (href,) = re.findall(r'href="(/w/acme/dashboards/add/[^"]*)"', page)

    as_analyst.post(href.replace("&amp;", "&"), {"dashboard": dashboard.pk, "title": "Sign-ups"})

    dashboard.refresh_from_db()
    added = dashboard.config["widgets"][-1]
    assert (added["kind"], added["title"]) == ("funnel", "Sign-ups")
    assert added["question"] == "step=is,page,/&step=is,goal,signup"


def test_an_address_of_a_report_is_a_question_too(as_analyst, dashboard):
    address = "https://acme.example/w/acme/reports/trends/?s=visits;is,country,DE&period=7d"
    fields = {"metric": "visitors", "event": "", "address": address}

    as_analyst.post(at(dashboard, "widgets/visitors/"), fields)

    dashboard.refresh_from_db()
    assert dashboard.config["widgets"][0]["question"] == "s=visits;is,country,DE"


def test_name_tags_period_and_readers_are_changed_by_the_form(as_analyst, viewer, dashboard):
    fields = {"name": "Revenue", "description": "", "tags": "eu, weekly", "period": "7d", "compare": "off"}

    saved = as_analyst.post(at(dashboard, "details/"), fields | {"is_public": "on", "viewers": [viewer.pk]})

    dashboard.refresh_from_db()
    assert saved.status_code == 302 and (dashboard.name, dashboard.tags) == ("Revenue", ["eu", "weekly"])
    assert dashboard.config["period"] == "7d" and dashboard.is_public
    assert list(dashboard.viewers.all()) == [viewer]


def test_the_state_of_the_page_becomes_the_dashboards_own(as_analyst, dashboard):
    as_analyst.post(at(dashboard, "keep/?period=7d&f=is,country,DE"))

    dashboard.refresh_from_db()
    assert (dashboard.config["period"], dashboard.config["filters"]) == ("7d", [["is", "country", ["DE"]]])
    page = as_analyst.get(at(dashboard)).content.decode()
    assert "Country is Germany" in page
    assert as_analyst.post(at(dashboard, "details/"), {"name": "Sales", "period": "7d", "compare": "off"}).url
    dashboard.refresh_from_db()
    assert dashboard.config["filters"] == []  # the box was not ticked any more


def test_a_dashboard_is_copied_and_deleted(as_analyst, dashboard):
    copied = as_analyst.post(at(dashboard, "duplicate/"))
    as_analyst.post(at(dashboard, "delete/"))

    (left,) = Dashboard.objects.all()
    assert left.name == "Sales (copy)" and str(left.uid) in copied.url
    assert as_analyst.get(at(dashboard)).status_code == 404


def test_a_copy_that_cannot_be_made_says_why(as_analyst, dashboard, monkeypatch):
    monkeypatch.setattr(making, "MOST", 1)

    page = as_analyst.post(at(dashboard, "duplicate/"), follow=True)

    assert page.status_code == 200 and b"A workspace has at most 1 dashboards" in page.content
    assert Dashboard.objects.count() == 1


def test_a_widgets_csv_has_the_numbers_of_the_page(as_analyst, acme, dashboard):
    store_events(
        acme.dataset_id(), [page_view("10:00", "/a"), page_view("11:00", "/b", 2), page_view("11:01", "/b", 3)]
    )

    csv = as_analyst.get(at(dashboard, "widgets/pages.csv"))

    assert csv.content.decode().split() == ["page,visitors", "/b,2", "/a,1"]
    assert as_analyst.get(at(dashboard, "widgets/nothing.csv")).status_code == 404


def test_a_dashboard_whose_own_filter_is_gone_says_so_and_shows_nothing(as_analyst, acme, dashboard):
    body = {"name": "Paying", "filters": [["is", "page", ["/a"]]]}
    segment = as_analyst.post("/api/analytics/segments", body, content_type="application/json").json()["id"]
    as_analyst.post(at(dashboard, f"keep/?f=segment,{segment}"))
    as_analyst.delete(f"/api/analytics/segments/{segment}")

    page = as_analyst.get(at(dashboard))

    assert page.status_code == 400 and b"There is no segment" in page.content
    assert as_analyst.get(at(dashboard, "details/")).status_code == 200  # where the filter can be taken away


def test_thirty_widgets_ask_the_database_as_often_as_six(
    as_analyst, acme, analyst, django_assert_num_queries, monkeypatch
):
    for known in (costs, limits):  # what was asked once stays known, however slow this machine is
        monkeypatch.setattr(known, "KNOWN_SECONDS", 10**9)
    one = [{"kind": kind} for kind in ("number", "series", "bar", "table", "heatmap", "map")]
    few = making.create(acme, name="Few", config={"widgets": one}, actor=analyst, now=NOW)
    many = making.create(acme, name="Many", config={"widgets": 5 * one}, actor=analyst, now=NOW)
    as_analyst.get(at(few))

    with CaptureQueriesContext(connection) as asked:
        assert as_analyst.get(at(few)).status_code == 200
    with django_assert_num_queries(len(asked)):
        assert as_analyst.get(at(many)).status_code == 200
    assert len(asked) <= 15


def test_strangers_get_what_is_not_there(as_stranger: Client, dashboard):
    for rest in ("", "edit/", "details/", "share/", "widgets/visitors/", "widgets/visitors.csv"):
        assert as_stranger.get(at(dashboard, rest)).status_code == 404


def first_figure(page: str) -> str:
    return widget(page, "visitors").split()[1]


@pytest.mark.parametrize("period", ["28d", "yesterday"])
def test_on_the_first_day_a_dashboard_opens_on_today_and_its_links_name_the_period(acme, analyst, as_analyst, period):
    made = making.create(acme, name="Now", config={"period": period, "widgets": [VISITORS]}, actor=analyst, now=NOW)
    store_events(acme.dataset_id(), [page_view("2026-03-10T08:00")])

    page = as_analyst.get(at(made)).content.decode()
    chosen = as_analyst.get(at(made, f"?period={period}")).content.decode()

    assert first_figure(page) == "1" and first_figure(chosen) == "0"
    assert f'href="?period={period}"' in page  # it can be chosen
    assert f'data-socket="/ws/dashboard/{made.uid}?period=day&amp;parts=changing"' in page


def test_from_the_second_day_on_it_opens_on_its_own_period(acme, analyst, as_analyst):
    made = making.create(acme, name="Week", config={"period": "7d", "widgets": [VISITORS]}, actor=analyst, now=NOW)
    store_events(acme.dataset_id(), [page_view("2026-03-10T08:00"), page_view("2026-03-09T08:00", visitor=2),
                                     page_view("2026-03-08T08:00", visitor=3)])  # fmt: skip

    assert first_figure(as_analyst.get(at(made)).content.decode()) == "2"


def test_on_the_first_day_a_period_that_reaches_today_stays_and_programs_get_what_they_ask_for(
    acme, analyst, as_analyst
):
    store_events(acme.dataset_id(), [page_view("2026-03-10T08:00")])
    month = making.create(acme, name="M", config={"period": "month", "widgets": [VISITORS]}, actor=analyst, now=NOW)
    week = making.create(acme, name="W", config={"period": "7d", "widgets": [VISITORS]}, actor=analyst, now=NOW)

    assert "Month to date" in as_analyst.get(at(month)).content.decode()
    assert as_analyst.get(f"/api/dashboards/{week.uid}/data").json()["period"]["key"] == "7d"


BY_PAGE = {"id": "bounces", "kind": "series", "question": "s=bounce_rate&by=page"}


def test_a_widget_that_cannot_be_told_says_why_in_the_words_of_the_menus(acme, analyst, as_analyst):
    made = making.create(acme, name="B", config={"widgets": [BY_PAGE]}, actor=analyst, now=NOW)
    in_words = "Bounce rate is a number of visits and cannot be broken down by Page"

    shown = widget(as_analyst.get(at(made)).content.decode(), "bounces")
    file = as_analyst.get(at(made, "widgets/bounces.csv"))
    data = as_analyst.get(f"/api/dashboards/{made.uid}/data").json()["widgets"][0]

    assert in_words in shown and "Choose Entry page instead" in shown
    assert file.status_code == 400 and in_words in file.content.decode()
    assert data["error"].startswith("'bounce_rate' cannot be broken down by 'page'")  # programs choose from names


@pytest.mark.parametrize("route", ["widgets/new/?kind=table", "widgets/new/preview/?kind=table"])
def test_the_form_of_a_widget_says_it_in_the_words_of_the_menus_too(as_analyst, dashboard, route):
    answer = as_analyst.post(at(dashboard, route), {"title": "", "by": "page", "m": ["bounce_rate"], "top": "5"})

    assert "Bounce rate is a number of visits and cannot be broken down by Page" in answer.content.decode()
