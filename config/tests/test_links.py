"""Every role walks along all links it is shown: none leads to "not allowed", to nothing, or to a broken page."""

import re
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from analytics.tests.world import page_view, store_events

LINK = re.compile(r'<a\s[^>]*?href="([^"#]*)|hx-get="([^"]+)"')
FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>')
ACTION = re.compile(r'action="([^"]+)"')
ELSEWHERE = ("/docs/", "/api/", "/static/", "/accounts/")
# Files; what scripts ask for with what somebody has typed; and what would end the walk.
LEFT_OUT = {"download", "overview_values", "member_remove", "account_logout"}


def walk(client: Client, first: str) -> dict[str, tuple[int, str]]:
    """The answer and the page that led there, by the name of the route: one page of each is enough."""
    answers: dict[str, tuple[int, str]] = {}
    ahead = deque([(first, "", "get")])
    while ahead:
        address, led_by, method = ahead.popleft()
        path = urlsplit(address).path
        name = f"{method} {resolve(path).url_name}"
        if name in answers:
            continue
        page = client.generic(method.upper(), address, content_type="application/x-www-form-urlencoded")
        answers[name] = (page.status_code, led_by)
        if "html" in page.headers.get("Content-Type", ""):
            ahead.extend((target, path, how) for target, how in shown(page.content.decode(), path))
    return answers


def shown(html: str, path: str) -> list[tuple[str, str]]:
    links = [(unescape(a or b), "get") for a, b in LINK.findall(html)]
    actions = [ACTION.search(form) for form in FORM.findall(html)]
    forms = [(unescape(found[1]) if found else path, "post") for found in actions]
    targets = [(urljoin(path, target), how) for target, how in (*links, *forms)]
    return [each for each in targets if each[0].startswith("/") and not each[0].startswith(ELSEWHERE) and kept(each)]


def kept(target: tuple[str, str]) -> bool:
    return resolve(urlsplit(target[0]).path).url_name not in LEFT_OUT


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_no_link_or_form_that_a_role_is_shown_is_refused(role, acme, event_store, clock, request):
    client = request.getfixturevalue(f"as_{role}")
    store_events(acme.dataset_id(), [page_view("10:00")])

    answers = walk(client, "/w/acme/")

    assert len(answers) > 30
    assert {name: answer for name, answer in answers.items() if answer[0] in (403, 404, 405) or answer[0] >= 500} == {}
