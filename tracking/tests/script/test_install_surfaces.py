"""What the install page gives to paste, pasted: each sends the page view and the calls made before it had loaded."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tracking.snippet import snippet
from tracking.tests import door
from tracking.tests.script.website import SECONDS, Website, serve
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUICK = "<script>MetricPalConfig = {intervalStart: 150}</script>"
EARLY = "<script>MetricPal.trackEvent('early')</script>"
# As Tag Manager does it: the scripts of a custom tag are made anew, without attributes that are not its own.
TAG_MANAGER = """<script>
const holder = document.createElement('div');
holder.innerHTML = %s;
for (const { textContent } of holder.querySelectorAll('script')) {
  document.body.append(Object.assign(document.createElement('script'), { textContent }));
}
</script>"""
Arrived = Callable[[str], list[str]]


@pytest.fixture
def arrived(page: Page, acme: Workspace, empty_log: None) -> Iterator[Arrived]:
    """Opens a page of this HTML; gives the names of the events that came from it."""
    website = Website("")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def opened(html: str) -> list[str]:
        website.html = f"<!doctype html><title>Shop</title>{QUICK}<body>{html}".encode()
        page.goto(website.url)
        for _ in range(int(SECONDS / 0.05)):
            names = [event.name for event in door.events(acme.dataset_id())]
            if {"page_view", "early"} <= set(names):
                return names
            page.wait_for_timeout(50)
        return names

    with serve(website.handler()) as website.url:
        yield opened
    assert errors == []


def test_I001_the_script_tag(arrived: Arrived, live_site: str, acme_key: str) -> None:
    names = arrived(snippet(acme_key, live_site, "html") + EARLY)
    assert names.count("page_view") == names.count("early") == 1


def test_I024_the_tag_of_google_tag_manager(arrived: Arrived, live_site: str, acme_key: str) -> None:
    pasted = json.dumps(snippet(acme_key, live_site, "gtm")).replace("</", "<\\/")
    names = arrived(TAG_MANAGER % pasted + EARLY)
    assert names.count("page_view") == names.count("early") == 1


def test_I006_the_django_tag(arrived: Arrived, live_site: str, acme_key: str, django_tag: Callable[..., str]) -> None:
    html = django_tag("{% metricpal %}", {"URL": live_site, "KEY": acme_key, "IDENTIFY": True}, user=Somebody())
    names = arrived(html + EARLY)
    assert names.count("page_view") == names.count("early") == names.count("identify") == 1


class Somebody:
    pk = 7
    is_authenticated: Any = True
