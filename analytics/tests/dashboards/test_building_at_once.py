"""Two people build one dashboard at the same time: what one saves while the other's page is open stays."""

import html
import re
import threading
from typing import Any

import pytest
from django.db import connection

from analytics.dashboards import making
from analytics.models import Dashboard
from analytics.views.dashboards import show, widgets_made
from analytics.views.dashboards.details import DetailsForm
from config.testing.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "event_store")]
NUMBER = {"id": "visitors", "kind": "number", "question": "s=visitors", "w": 3, "h": 2}
DE, PAID, DESKTOP = ["is", "country", ["DE"]], ["is", "utm_medium", ["cpc"]], ["is", "device", ["desktop"]]


@pytest.fixture
def dashboard(acme, analyst) -> Dashboard:
    config = {"period": "yesterday", "compare": "off", "filters": [DE, PAID], "widgets": [NUMBER]}
    return making.create(acme, name="Sales", config=config, actor=analyst, now=NOW)


def loaded(dashboard: Dashboard) -> Dashboard:
    return Dashboard.objects.select_related("workspace__organization").get(pk=dashboard.pk)


def add_bar(dashboard: Dashboard) -> None:
    making.put_widget(loaded(dashboard), {"id": "pages", "kind": "bar", "question": "by=page"}, now=NOW)


def add_filter(dashboard: Dashboard, actor: Any) -> None:
    config = dashboard.config | {"filters": [DE, PAID, DESKTOP]}
    making.change(loaded(dashboard), config=config, actor=actor, now=NOW)


def widgets(dashboard: Dashboard) -> list[str]:
    return [each["id"] for each in loaded(dashboard).config["widgets"]]


def test_of_two_who_add_a_widget_at_once_none_loses_theirs(dashboard):
    one, other = loaded(dashboard), loaded(dashboard)

    for each, name in ((one, "mine"), (other, "yours")):
        making.put_widget(each, {"id": name, "kind": "bar", "question": "by=page"}, now=NOW)

    assert widgets(dashboard) == ["visitors", "mine", "yours"] and loaded(dashboard).revision == 3


def test_at_once_there_are_no_more_than_forty_either(dashboard):
    stale = loaded(dashboard)
    forty = [{"kind": "text", "text": "1"}] * 40
    making.change(dashboard, config={"widgets": forty}, actor="somebody", now=NOW)

    with pytest.raises(making.Problem, match="at most 40"):
        making.put_widget(stale, {"kind": "bar", "question": "by=page"}, now=NOW)


def test_what_is_added_and_resized_while_a_widgets_form_asks_for_names_stays(as_analyst, dashboard, monkeypatch):
    def meanwhile(*_: Any) -> list[str]:
        add_bar(dashboard)
        places = [{"id": "visitors", "w": 12, "h": 5}, {"id": "pages"}]
        making.arrange(loaded(dashboard), places, now=NOW, revision=2)
        return []

    monkeypatch.setattr(widgets_made, "event_names", meanwhile)
    address = f"/w/acme/dashboards/{dashboard.uid}/widgets/visitors/"
    saved = as_analyst.post(address, {"title": "Visits", "metric": "visits", "event": ""})

    first, second = loaded(dashboard).config["widgets"]
    assert saved.status_code == 302 and second["id"] == "pages"
    assert (first["title"], first["question"], first["w"], first["h"]) == ("Visits", "s=visits", 12, 5)


def test_a_new_order_is_one_of_the_widgets_that_are_there_now(dashboard):
    stale = loaded(dashboard)
    add_bar(dashboard)

    making.arrange(stale, [{"id": "pages"}, {"id": "visitors"}], now=NOW, revision=2)

    assert widgets(dashboard) == ["pages", "visitors"]


def test_a_form_with_the_details_leaves_the_widgets_and_filters_it_did_not_show(dashboard, analyst):
    fields = {"name": "Revenue", "period": "7d", "compare": "off", "filters": ["1"]}  # the first is not ticked any more
    form = DetailsForm(loaded(dashboard), fields)
    assert form.is_valid()
    add_bar(dashboard)
    add_filter(loaded(dashboard), analyst)

    form.save(actor=analyst, now=NOW)

    assert (loaded(dashboard).name, loaded(dashboard).config["period"]) == ("Revenue", "7d")
    assert widgets(dashboard) == ["visitors", "pages"] and loaded(dashboard).config["filters"] == [PAID, DESKTOP]


def filled_in(page: str) -> dict[str, Any]:
    """What a browser would send of the form as it was opened."""
    boxes = re.findall(r'<input[^>]*type="checkbox" name="(\w+)"(?: value="([^"]*)")?[^>]*checked', page)
    texts = re.findall(r'<input type="(?:text|hidden)" name="(\w+)"[^>]*?value="([^"]*)"', page)
    chosen = re.findall(r'<select name="(\w+)".*?<option value="([^"]*)" selected', page, re.S)
    found: dict[str, Any] = {name: html.unescape(value) for name, value in texts + chosen}
    for name, value in boxes:
        found.setdefault(name, []).append(value or "on")
    return found


def test_a_form_that_was_open_while_others_saved_changes_only_what_its_user_changed(
    as_analyst, as_admin, analyst, viewer, dashboard
):
    address = f"/w/acme/dashboards/{dashboard.uid}/details/"
    making.change(loaded(dashboard), is_public=True, actor=analyst, now=NOW)
    form = filled_in(as_analyst.get(address).content.decode())
    assert (form["name"], form["period"], form["filters"], form["is_public"]) == (
        "Sales", "yesterday", ["0", "1"], ["on"],
    )  # fmt: skip
    meanwhile = {"name": "Revenue", "is_public": False, "viewers": ["viewer@example.com"]}
    as_admin.put(f"/api/dashboards/{dashboard.uid}", meanwhile, content_type="application/json")
    add_filter(loaded(dashboard), analyst)

    saved = as_analyst.post(address, form | {"tags": "weekly", "filters": ["1"]})

    now = loaded(dashboard)
    assert saved.status_code == 302
    assert (now.tags, now.config["filters"]) == (["weekly"], [PAID, DESKTOP])  # its own changes
    assert (now.name, now.is_public, list(now.viewers.all())) == ("Revenue", False, [viewer])  # theirs


@pytest.mark.parametrize("seen", ["", "[]", "{", "null", '{"name": 1}', '{"viewers": 7, "filters": {}}', "[" * 10_000])
def test_a_form_that_does_not_say_what_it_began_with_is_taken_as_it_is(as_analyst, dashboard, seen):
    fields = {"name": "Revenue", "period": "7d", "compare": "off", "filters": ["0", "1"], "seen": seen}

    saved = as_analyst.post(f"/w/acme/dashboards/{dashboard.uid}/details/", fields)

    assert saved.status_code == 302 and loaded(dashboard).name == "Revenue"
    assert loaded(dashboard).config["period"] == "7d" and loaded(dashboard).config["filters"] == [DE, PAID]


def test_the_state_of_a_page_is_kept_beside_what_was_saved_meanwhile(as_analyst, analyst, dashboard, monkeypatch):
    def read_then_others_save(*asked: Any) -> Any:
        page = read(*asked)
        add_bar(dashboard)
        add_filter(loaded(dashboard), analyst)
        return page

    read = show.read
    monkeypatch.setattr(show, "read", read_then_others_save)
    as_analyst.post(f"/w/acme/dashboards/{dashboard.uid}/keep/?period=7d&f=is,country,DE&f=is,page,/a")

    assert widgets(dashboard) == ["visitors", "pages"] and loaded(dashboard).config["period"] == "7d"
    assert loaded(dashboard).config["filters"] == [DE, PAID, DESKTOP, ["is", "page", ["/a"]]]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_name_readers_at_once_each_is_answered(as_analyst, as_admin, viewer, dashboard):
    answers: list[int] = []

    def name_readers(client: Any, emails: list[str]) -> None:
        client.raise_request_exception = False
        address = f"/api/dashboards/{dashboard.uid}"
        for _ in range(15):
            answers.append(client.put(address, {"viewers": emails}, content_type="application/json").status_code)
            emails = [] if emails else [viewer.email]
        connection.close()

    both = [threading.Thread(target=name_readers, args=args) for args in ((as_analyst, [viewer.email]), (as_admin, []))]
    [each.start() for each in both]
    [each.join() for each in both]

    assert answers == [200] * 30
