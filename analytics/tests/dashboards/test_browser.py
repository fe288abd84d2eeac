"""The builder with keys and pointer, and figures that change by themselves, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from analytics.dashboards import making, sharing
from analytics.live.parts import packed, parts
from analytics.live.question import Asked
from analytics.models import Dashboard
from analytics.tests.world import page_view, store_events
from config.lib import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]


@pytest.fixture
def dashboard(acme, owner) -> Dashboard:
    widgets = [{"id": "first", "kind": "number", "title": "First"}, {"id": "second", "kind": "bar", "title": "Second"},
               {"id": "third", "kind": "text", "title": "Third", "text": "Hello", "w": 6, "h": 2}]  # fmt: skip
    config = {"period": "day", "compare": "off", "widgets": widgets}
    return making.create(acme, name="Board", config=config, actor=owner, now=clock.now())


def sign_in(page: Page, site: str, as_owner) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": as_owner.cookies["sessionid"].value, "url": site}])


def saved(dashboard: Dashboard) -> list[tuple[str, int, int]]:
    dashboard.refresh_from_db()
    return [(each["id"], each["w"], each["h"]) for each in dashboard.config["widgets"]]


def test_widgets_are_moved_resized_and_removed_with_keys(live_site, page: Page, as_owner, dashboard):
    sign_in(page, live_site, as_owner)
    page.goto(f"{live_site}/w/acme/dashboards/{dashboard.uid}/edit/")

    page.locator("[data-widget=first]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-builder-says]")).to_have_text("First: 4 of 12 columns wide, 3 rows high")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert saved(dashboard) == [("second", 4, 4), ("first", 4, 3), ("third", 6, 2)]

    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Delete")
    expect(page.locator("[data-widget]")).to_have_count(2)
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert [each[0] for each in saved(dashboard)] == ["second", "third"]


def test_widgets_are_dragged_by_their_head_and_stretched_by_their_corner(live_site, page: Page, as_owner, dashboard):
    sign_in(page, live_site, as_owner)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_site}/w/acme/dashboards/{dashboard.uid}/edit/")

    first, second = (page.locator(f"[data-widget={name}]").bounding_box() for name in ("first", "second"))
    page.mouse.move(first["x"] + 60, first["y"] + 15)
    page.mouse.down()
    page.mouse.move(second["x"] + second["width"] * 0.8, second["y"] + 60, steps=8)
    page.mouse.up()
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert [each[0] for each in saved(dashboard)] == ["second", "first", "third"]

    box = page.locator("[data-widget=second]").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 1.5, box["y"] + box["height"] + 85, steps=8)
    page.mouse.up()
    expect(page.locator("[data-widget=second]")).to_have_attribute("data-w", "6")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert saved(dashboard)[0] == ("second", 6, 5)


def test_who_builds_on_what_somebody_else_changed_is_told_so(live_site, page: Page, as_owner, owner, dashboard):
    sign_in(page, live_site, as_owner)
    page.goto(f"{live_site}/w/acme/dashboards/{dashboard.uid}/edit/")
    making.change(dashboard, name="Changed", actor=owner, now=clock.now())

    page.locator("[data-widget=first]").focus()
    page.keyboard.press("ArrowRight")

    expect(page.locator("[data-save-state]")).to_contain_text("Somebody else changed this dashboard")


def test_a_shared_page_brings_its_figures_up_to_date_though_no_socket_opens(
    live_site, page: Page, acme, owner, dashboard
):
    """The tests' server has no sockets: the page says that it is offline, and asks every quarter of a minute."""
    shared = sharing.create(dashboard, kind="link", name="Wall", actor=owner, now=clock.now())
    page.clock.install()
    page.goto(f"{live_site}/share/{sharing.secret_of(shared)}/")
    figure = page.locator("#widget-first .figure-value")
    expect(figure).to_have_text("0")

    expect(page.locator("[data-live-word]")).to_have_text("Offline")
    store_events(acme.dataset_id(), [page_view(clock.now().isoformat())])
    for _ in range(20):  # minutes of the page's clock: it tries thrice, then asks
        page.clock.run_for(15_000)
        page.wait_for_timeout(200)  # of ours: for what travels meanwhile
        if figure.inner_text() == "1":
            break

    expect(figure).to_have_text("1")


@pytest.mark.parametrize(("luck", "wait_ms"), [(0.0, 1000), (0.999, 1999)], ids=["soonest", "latest"])
def test_a_page_that_lost_its_socket_comes_back_at_a_moment_of_its_own_and_shows_what_it_missed(
    live_site, page: Page, acme, as_owner, dashboard, luck, wait_ms
):
    """The server's end of the socket is played here: who comes is sent everything (test_live_parts)."""
    question = Asked(acme.dataset_id(), dashboard.pk, None, "", "env=live")
    sockets: list[WebSocketRoute] = []
    page.route_web_socket(re.compile("/ws/dashboard/"), lambda socket: sockets.append(socket))
    page.add_init_script(f"Math.random = () => {luck}")
    page.clock.install()
    sign_in(page, live_site, as_owner)
    page.goto(f"{live_site}/w/acme/dashboards/{dashboard.uid}/")
    word, figure = page.locator("[data-live-word]"), page.locator("#widget-first .figure-value")
    expect(word).to_have_text("Live")
    expect(figure).to_have_text("0")

    page.clock.pause_at(page.evaluate("Date.now() + 5000"))
    sockets[0].close(code=1012)  # the server starts again
    expect(word).to_have_text("Offline")
    store_events(acme.dataset_id(), [page_view(clock.now().isoformat())])
    page.clock.run_for(wait_ms - 50)
    assert len(sockets) == 1
    page.clock.run_for(100)
    expect(word).to_have_text("Live")
    sockets[1].send('[{"metric": "visitors", "value": 7, "text": "7"}, {"metric": "visits", "value": 9, "text": "9"}]')
    expect(figure).to_have_text("7")
    sockets[1].send(packed([*parts(question).values()])[0])
    expect(figure).to_have_text("1")


def test_the_form_shows_what_its_widget_would_show(live_site, page: Page, acme, as_owner, dashboard):
    store_events(acme.dataset_id(), [page_view(clock.now().isoformat(), "/here")])
    sign_in(page, live_site, as_owner)
    page.goto(f"{live_site}/w/acme/dashboards/{dashboard.uid}/widgets/new/?kind=bar")

    expect(page.locator("#preview")).to_contain_text("/here")
    page.select_option("#id_by", "browser")
    expect(page.locator("#preview")).to_contain_text("Browser")
    page.get_by_role("button", name="Add to the dashboard").click()

    expect(page).to_have_url(re.compile("/edit/$"))
    assert [each[0] for each in saved(dashboard)][:3] == ["first", "second", "third"] and len(saved(dashboard)) == 4


def test_a_browser_opens_a_link_with_its_password(live_site, page: Page, owner, dashboard):
    shared = sharing.create(dashboard, kind="link", name="Wall", password="open sesame", actor=owner, now=clock.now())
    page.goto(f"{live_site}/share/{sharing.secret_of(shared)}/")

    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Open").click()

    expect(page.locator("#widget-first .figure-value")).to_have_text("0")
