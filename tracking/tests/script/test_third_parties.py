"""Vendors' forms and calendars, frames, links to other domains: tests F131 to F146 of the acceptance list."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from tracking.tests.script.live import Live
from tracking.tests.script.website import Website, serve

pytestmark = pytest.mark.browser

# Posted by window.postMessage a message always has the page's own origin.
SAY = "([data, origin]) => dispatchEvent(new MessageEvent('message', {data, origin: origin || location.origin}))"
FIRE = "([type, detail]) => dispatchEvent(new CustomEvent(type, {detail}))"
ANN = "ann@acme.example"
MEETING = {
    "meetingBookSucceeded": True,
    "meetingsPayload": {"bookingResponse": {"event": {"dateTime": 1}, "postResponse": {"contact": {"email": ANN}}}},
}
CALENDLY = {"event": "calendly.event_scheduled", "payload": {"event": {"uri": "e"}, "invitee": {"uri": "i"}}}
V4 = """<script>window.{name} = {{getFormFromEvent: () => ({{
    getFormFieldValues: async () => [{{name: '0-1/email', value: 'ann@acme.example'}}]}})}}</script>"""


def hubspot(event: str, data: Any) -> dict[str, Any]:
    return {"type": "hsFormCallback", "eventName": event, "id": "guid-1", "data": data}


def addresses(live: Live) -> list[tuple[str, str]]:
    return [(props["source"], props["email"]) for props in live.sent("auto_identify")]


@pytest.mark.parametrize(
    "message",
    [
        hubspot("onFormSubmit", [{"name": "email", "value": ANN}]),
        hubspot("onFormSubmitted", {"submissionValues": {"email": ANN, "firstname": "Ann"}}),
        hubspot("onFormSubmitted", {"submissionValues": {"email": [ANN]}}),
        hubspot("onFormSubmitted", {"submissionValues": [{"name": "0-1/email", "value": ANN}]}),
        json.dumps(hubspot("onFormSubmit", [{"name": "email", "value": ANN}])),
    ],
    ids=["F131 before", "F132 map", "F132 lists", "F132 pairs", "F132 text"],
)
def test_F131_F132_a_hubspot_form_is_a_submission_and_an_identity(page: Page, live: Live, message: Any) -> None:
    live.open()
    page.evaluate(SAY, [message, ""])
    page.evaluate(SAY, [hubspot("onFormSubmitted", {"submissionValues": {"email": ANN}}), ""])
    props = live.one("form_submit").props
    assert (props["form_id"], props["integration"]) == ("guid-1", "hubspot")
    live.one("auto_identify")
    assert addresses(live) == [("hubspot_form", ANN)]


def test_F131_a_foreign_frame_cannot_say_so(page: Page, live: Live) -> None:
    live.open()
    message = hubspot("onFormSubmit", [{"name": "email", "value": ANN}])
    for origin in ("https://evil.example", "null", "https://hsforms.com.evil.example"):
        page.evaluate(SAY, [message, origin])
    page.evaluate(SAY, [MEETING, "https://evil.example"])
    page.evaluate(
        "for (const odd of [null, undefined, 0, '', [], 'hsFormCallback', Symbol.iterator.toString()]) "
        "dispatchEvent(new MessageEvent('message', {data: odd, origin: location.origin}))"
    )
    live.none("form_submit", "auto_identify", "goal")


@pytest.mark.parametrize("name", ["HubSpotFormsV4", "HubspotFormsV4"])
def test_F135_a_hubspot_form_of_the_new_editor_is_told(page: Page, live: Live, name: str) -> None:
    live.open(V4.format(name=name))
    page.evaluate(FIRE, ["hs-form-event:on-submission:success", {"formId": "guid-4", "instanceId": "0"}])
    assert live.one("form_submit").props["form_id"] == "guid-4"
    live.one("auto_identify")
    assert addresses(live) == [("hubspot_form", ANN)]


def test_F136_a_failed_one_is_not_and_a_step_is_an_interaction(page: Page, live: Live) -> None:
    live.open()
    detail = {"formId": "guid-4", "instanceId": "0"}
    page.evaluate(FIRE, ["hs-form-event:on-submission:failed", detail])
    page.evaluate(FIRE, ["hs-form-event:on-interaction:navigate", detail])
    page.evaluate(FIRE, ["hs-form-event:on-interaction:navigate:next", detail])
    props = live.one("form_interaction").props
    assert (props["form_id"], props["action"], props["direction"]) == ("guid-4", "step", "next")
    live.none("form_submit")


def test_F137_a_hubspot_meeting_is_one_goal(page: Page, live: Live) -> None:
    live.open()
    for origin in ("https://meetings.hubspot.com", "https://meetings-na2.hubspot.com"):
        page.evaluate(SAY, [MEETING, origin])
    goal = live.one("goal")
    assert (goal.name, goal.props["integration"]) == ("Meeting Booked on Website", "HubSpot")
    live.one("auto_identify")
    assert addresses(live) == [("hubspot_meeting", ANN)]


@pytest.mark.parametrize("name", ["$email", "email"])
def test_F139_a_klaviyo_form_is_told(page: Page, live: Live, name: str) -> None:
    live.open()
    for kind in ("open", "submit", "close"):
        detail = {"type": kind, "formId": "K1", "companyId": "C", "metaData": {name: ANN}}
        page.evaluate(FIRE, ["klaviyoForms", detail])
    props = live.one("form_submit").props
    assert (props["form_id"], props["integration"]) == ("K1", "klaviyo")
    assert [each["action"] for each in live.props("form_interaction")] == ["open", "close"]
    assert addresses(live) == [("klaviyo", ANN)]


def test_F140_a_calendly_meeting_is_a_goal_from_calendly_only(page: Page, live: Live) -> None:
    live.open()
    page.evaluate(SAY, [CALENDLY, "https://evil.example"])
    page.evaluate(SAY, [CALENDLY, ""])
    live.none("goal")
    page.evaluate(SAY, [CALENDLY, "https://calendly.com"])
    assert live.one("goal").props["integration"] == "Calendly"


def test_F141_a_typeform_is_told_and_its_popup_is_not(page: Page, live: Live) -> None:
    live.open()
    for kind in ("embed-auto-close-popup", "form-ready", "form-submit"):
        message = {"type": kind, "embedId": "e", "formId": "T1", "responseId": "R1"}
        page.evaluate(SAY, [message, "https://form.typeform.com"])
    props = live.one("form_submit").props
    assert (props["form_id"], props["integration"], props["response_id"]) == ("T1", "typeform", "R1")


@pytest.fixture
def other(live: Live) -> Iterator[Website]:
    """Another domain of the same customer, with the same key; cookies are its own."""
    website = Website(live.site.collector)
    with serve(website.handler()) as address:
        website.url = address.replace("127.0.0.1", "localhost")
        yield website


def show(website: Website, live: Live, options: str = "", body: str = "") -> str:
    address = website.show(options=f'data-interval-start="150" {options}', body=body)
    website.html = website.html.replace(b"mp_test_1234567890abcdef", live.key.encode())
    return address


def framed(page: Page, live: Live, other: Website, options: str = 'data-domains="localhost,127.0.0.1"') -> Frame:
    address = show(other, live, options)
    listener = """<script>window.heard = []; addEventListener('message', (event) => {
        if (event.data.name === 'metricpal-identify') heard.push(event.data.identity) })</script>"""
    live.open(f'{listener}<iframe name="inner" src="{address}"></iframe>', options)
    frame = page.frame("inner")
    assert frame
    frame.wait_for_function("MetricPal.v")
    live.wait(lambda: len(live.events("page_view")) == 2)
    return frame


def test_F143_who_a_frame_identifies_the_page_around_it_knows(page: Page, live: Live, other: Website) -> None:
    frame = framed(page, live, other)
    frame.evaluate("MetricPal.identify('ann@acme.example', {plan: 'pro'})")
    assert live.one("auto_identify").props["source"] == "frame"
    assert page.evaluate("heard") == [{"email": ANN, "traits": {"plan": "pro"}}]
    assert page.evaluate("MetricPal.getUserIdentity()") == {"email": ANN, "traits": {"plan": "pro"}}


def test_F143_a_frame_is_told_who_is_here(page: Page, live: Live, other: Website) -> None:
    frame = framed(page, live, other)
    page.evaluate("MetricPal.identify('user-7')")
    frame.wait_for_function("MetricPal.isIdentified()")
    assert frame.evaluate("MetricPal.getUserIdentity().user_id") == "user-7"
    assert page.evaluate("heard") == []


def test_F143_a_frame_that_is_not_listed_neither_tells_nor_is_told(page: Page, live: Live, other: Website) -> None:
    frame = framed(page, live, other, "")
    frame.evaluate("MetricPal.identify('ann@acme.example')")
    live.settle()
    assert page.evaluate("heard") == []
    forged = {"name": "metricpal-identify", "identity": {"email": ANN}}
    page.evaluate(SAY, [{**forged, "key": live.key}, "https://evil.example"])
    page.evaluate(SAY, [{**forged, "key": "another"}, ""])
    live.none("auto_identify")
    assert page.evaluate("MetricPal.isIdentified()") is False


def test_F145_a_sandboxed_frame_counts_in_memory(page: Page, live: Live, other: Website) -> None:
    address = show(other, live)
    live.open(f'<iframe name="inner" sandbox="allow-scripts" src="{address}"></iframe>')
    live.wait(lambda: len(live.events("page_view")) == 2)


def test_F146_a_link_to_another_domain_takes_the_visitor_along(page: Page, live: Live, other: Website) -> None:
    options = 'data-cross-domain="true" data-domains="localhost"'
    there = show(other, live, 'data-cross-domain="true" data-domains="127.0.0.1"')
    live.open(
        f'<a id="over" href="{there}next?a=1#b">over</a><a id="out" href="http://other.example/">out</a>', options
    )
    visitor = page.evaluate("MetricPal.getVisitorId()")
    page.click("#over")
    page.wait_for_url("**/next**")
    live.wait(lambda: len(live.events("page_view")) == 2)
    first, second = live.events("page_view")
    assert page.url == f"{other.url}/next?a=1#b"
    assert second.url == f"{other.url}/next?a=1"
    assert (second.visitor, second.session) == (first.visitor, first.session)
    assert page.evaluate("MetricPal.getVisitorId()") == visitor
    assert len(live.events("session_start")) == 1


def test_F146_the_link_itself_stays_as_it_was_and_others_are_left_alone(page: Page, live: Live, other: Website) -> None:
    there = show(other, live)
    links = f"""<a id="over" href="{there}">over</a><a id="out" href="http://other.example/">out</a>
        <a id="file" href="{there}a.pdf">file</a><a id="mail" href="mailto:a@b.example">mail</a>
        <script>window.went = []; addEventListener('click', (event) => {{ event.preventDefault();
            if (event.target.href) went.push(event.target.href) }})</script>"""
    live.open(links, 'data-cross-domain="true" data-domains="localhost"')
    page.wait_for_timeout(200)
    for name in ("#over", "#out", "body > #file", "body > #mail"):
        page.locator(name).last.click()
    page.wait_for_timeout(50)
    went = page.evaluate("went")
    assert [("_mpl=" in address) for address in went] == [True, False, False, False]
    assert page.get_attribute("#over", "href") == there


def test_F146_a_copied_or_forged_link_changes_nobody(page: Page, live: Live) -> None:
    visitor = "0192a3b4-c5d6-7000-8000-000000000001"
    live.open(options="data-cross-domain", path=f"?_mpl={visitor}.{'0' * 6}.{'0' * 16}.{visitor}&x=1")
    assert page.url == f"{live.site.url}/?x=1"
    assert page.evaluate("MetricPal.getVisitorId()") != visitor
