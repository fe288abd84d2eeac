"""Tables with actions on a telephone, 390 pixels wide: what can be done to a row is in sight without scrolling it."""

import pytest
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User
from config.lib import clock
from workspaces import api_keys
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTH = 390


@pytest.fixture
def telephone(as_owner: Client, live_site: str, page: Page) -> Page:
    session = as_owner.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_site}])
    page.set_viewport_size({"width": WIDTH, "height": 844})
    return page


@pytest.mark.parametrize(
    ("path", "actions"), [("/w/acme/settings/keys/", ["Rotate", "Revoke"]), ("/o/acme/members/", ["Change", "Remove"])]
)
def test_the_actions_of_each_row_are_in_sight(
    telephone: Page, live_site: str, acme: Workspace, owner: User, viewer: User, path: str, actions: list[str]
) -> None:
    api_keys.issue(acme, name="A name that is long for a key", actor=owner, now=clock.now())
    telephone.goto(live_site + path, timeout=30_000)  # the first page of a process loads the whole product
    assert telephone.locator("table .btn", has_text=actions[1]).count() > 0

    for action in actions:
        for button in telephone.locator("table .btn", has_text=action).all():
            box = button.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= WIDTH, (action, box)
    assert telephone.evaluate("[...document.querySelectorAll('.scroll-x')].every(e => e.scrollWidth <= e.clientWidth)")
