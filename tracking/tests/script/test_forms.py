"""Forms, searches and identification: tests E105 to E130 of the acceptance list."""

import pytest
from playwright.sync_api import Page

from tracking.tests.script.live import Live

pytestmark = pytest.mark.browser

CONTACT = """
<form id="contact" action="/thanks">
  <input name="email" type="email" required><input name="company"><input name="pw" type="password">
  <input name="csrf" type="hidden" value="s3cret"><input name="card_number" value="4111 1111 1111 1111">
  <button>Send</button>
</form>"""
AJAX = "<script>document.addEventListener('submit', event => event.preventDefault())</script>"
SHADOW = """
<div id="host"></div>
<script>
  document.getElementById('host').attachShadow({mode: 'open'}).innerHTML =
    '<form id="inner"><input name="email"><button>Go</button></form>';
  document.getElementById('host').shadowRoot.addEventListener('submit', event => event.preventDefault());
</script>"""


def test_E105_a_form_that_leads_away_is_told_with_names_and_types(page: Page, live: Live) -> None:
    live.open(CONTACT)
    page.fill("[name=email]", "ann@acme.example")
    page.fill("[name=pw]", "hunter2")
    page.click("form#contact button")
    page.wait_for_url("**/thanks?**")
    props = live.one("form_submit").props
    assert props["form_id"] == "contact"
    assert props["form_data.company"] == "text"
    assert not any(secret in name for name in props for secret in ("pw", "csrf", "card"))
    assert props["form_filled"] == '["email"]'
    assert props["trigger"] == "submit"
    assert props["action"].endswith("/thanks")
    everything = "".join(live.bodies) + str(live.events())
    assert not any(secret in everything for secret in ("hunter2", "s3cret", "4111"))


def test_E106_a_form_that_the_browser_refuses_is_not_told(page: Page, live: Live) -> None:
    live.open(CONTACT)
    page.click("form#contact button")
    page.evaluate("document.forms.contact.dispatchEvent(new SubmitEvent('submit', {bubbles: true, cancelable: true}))")
    live.none("form_submit", "auto_identify")


def test_E108_a_form_that_the_page_sends_by_itself_is_told(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX)
    page.fill("[name=email]", "ann@acme.example")
    page.press("[name=email]", "Enter")
    assert live.one("form_submit").props["form_id"] == "contact"


def test_E109_forms_inserted_later_are_told_each_under_its_id(page: Page, live: Live) -> None:
    live.open(AJAX)
    page.evaluate(
        """['one', 'two'].forEach(id => document.body.insertAdjacentHTML('beforeend',
            `<form id="${id}"><input name="x"></form>`))"""
    )
    page.press("#one [name=x]", "Enter")
    page.press("#two [name=x]", "Enter")
    live.wait(lambda: len(live.events("form_submit")) == 2)
    assert [props["form_id"] for props in live.props("form_submit")] == ["one", "two"]


@pytest.mark.parametrize("call", ["requestSubmit()", "submit()"])
def test_E111_a_form_that_a_script_sends_is_told_once(page: Page, live: Live, call: str) -> None:
    live.open('<iframe name="sink"></iframe><form id="f" target="sink"><input name="x" value="1"></form>')
    page.evaluate(f"document.getElementById('f').{call}")
    assert live.one("form_submit").props["trigger"] == ("script" if call == "submit()" else "submit")


def test_E111_a_page_that_checks_first_and_then_sends_is_told_once(page: Page, live: Live) -> None:
    live.open(
        """<iframe name="sink"></iframe><form id="f" target="sink"><input name="x"></form>
        <script>document.getElementById('f').onsubmit = event => {
            event.preventDefault(); setTimeout(() => event.target.submit(), 700) }</script>"""
    )
    page.press("[name=x]", "Enter")
    page.wait_for_timeout(900)
    live.one("form_submit")


def test_E111_fields_named_like_properties_of_the_form_do_no_harm(page: Page, live: Live) -> None:
    names = ("id", "name", "elements", "action", "method", "matches", "closest", "getAttribute", "getRootNode")
    fields = "".join(f'<input name="{name}" value="1">' for name in names)
    live.open(f'<form id="odd" data-analytics-form="odd">{fields}<button>Go</button></form>{AJAX}')
    page.evaluate("[...document.querySelectorAll('button')].pop().click()")  # the odd form breaks page.click itself
    props = live.one("form_submit").props
    assert (props["form_id"], props["form_name"]) == ("odd", "odd")
    assert set(live.sent("form_submit")[0]["form_data"]) == set(names)


def test_E114_focus_and_blur_count_once_and_never_for_a_password(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX)
    for name in ("email", "pw", "email", "pw", "card_number", "company"):
        page.focus(f"[name={name}]")
    page.fill("[name=company]", "Acme")
    page.focus("[name=email]")
    live.wait(lambda: len(live.events("form_interaction")) == 4)
    live.settle()
    told = [
        (p["element_name"], p["element_type"], p["action"], p.get("filled")) for p in live.props("form_interaction")
    ]
    assert told == [
        ("email", "email", "focus", None),
        ("email", "email", "blur", "false"),
        ("company", "text", "focus", None),
        ("company", "text", "blur", "true"),
    ]
    assert "Acme" not in "".join(body for body in live.bodies).replace("Acme: home", "")


def test_E114_links_and_buttons_of_a_form_are_no_fields(page: Page, live: Live) -> None:
    live.open(
        '<form data-analytics-form="f"><a id="a" href="#x">Terms</a><input id="b" type="submit"><input name="n"></form>'
    )
    for selector in ("#a", "#b", "[name=n]"):
        page.focus(selector)
    assert live.one("form_interaction").props["element_name"] == "n"


def test_E114_a_form_that_was_begun_and_left_is_abandoned(page: Page, live: Live) -> None:
    live.open(CONTACT)
    page.fill("[name=email]", "ann@acme.example")
    page.fill("[name=company]", "Acme")
    page.goto("about:blank")
    live.wait(lambda: [p for p in live.props("form_interaction") if p["action"] == "abandon"])
    left = [p for p in live.props("form_interaction") if p["action"] == "abandon"]
    assert [(p["form_id"], p["element_name"], p["fields"]) for p in left] == [("contact", "company", "2")]
    live.none("auto_identify")


def test_E115_a_form_to_be_ignored_is(page: Page, live: Live) -> None:
    live.open(f"<div data-mp-ignore>{CONTACT}</div>{AJAX}")
    page.fill("[name=email]", "ann@acme.example")
    page.press("[name=email]", "Enter")
    live.none("form_submit", "form_interaction", "auto_identify")


def test_E116_a_form_has_the_name_the_site_gives_it(page: Page, live: Live) -> None:
    live.open(
        '<form data-analytics-form="contact_form"><input type="email" name="email" required>'
        + "<button>Submit</button></form>"
        + AJAX
    )
    page.fill("[name=email]", "ann@acme.example")
    page.click("form[data-analytics-form] button")
    assert live.one("form_submit").props["form_name"] == "contact_form"
    assert {props["form_name"] for props in live.props("form_interaction")} == {"contact_form"}


def test_E117_without_forms_people_are_still_found(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX, 'data-track-forms="false"')
    page.fill("[name=email]", "ann@acme.example")
    page.press("[name=email]", "Enter")
    assert live.one("auto_identify").user_id.startswith("email:")
    live.none("form_submit", "form_interaction")


def test_E118_a_form_in_a_shadow_root_is_told(page: Page, live: Live) -> None:
    live.open(SHADOW + AJAX)
    page.fill("#host [name=email]", "ann@acme.example")
    page.press("#host [name=email]", "Enter")
    assert live.one("form_submit").props["form_id"] == "inner"
    assert live.one("auto_identify").props["source"] == "form"


def test_E119_an_address_that_was_sent_names_the_visitor(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX)
    page.fill("[name=email]", " Ann@Acme.example ")
    page.press("[name=email]", "Enter")
    found = live.one("auto_identify")
    assert (found.props["source"], found.props["email_domain"]) == ("form", "acme.example")
    assert live.sent("auto_identify")[0]["email"] == "ann@acme.example"
    page.evaluate("MetricPal.identify('ann@acme.example')")
    assert live.one("identify").user_id == found.user_id
    assert page.evaluate("MetricPal.isIdentified()") is True


def test_E119_a_friends_address_does_not(page: Page, live: Live) -> None:
    live.open('<form id="f"><input type="email" name="friend_email"></form>' + AJAX)
    page.fill("[name=friend_email]", "bob@acme.example")
    page.press("[name=friend_email]", "Enter")
    live.one("form_submit")
    live.none("auto_identify")


def test_E119_an_address_in_the_url_names_the_visitor_and_stays_out_of_the_url(page: Page, live: Live) -> None:
    live.open(path="welcome?email=ann%40acme.example&x=1")
    found = live.one("auto_identify")
    assert found.user_id and found.props["source"] == "url"
    assert live.one("page_view").url.endswith("/welcome?email=[redacted]&x=1")


def test_E121_nobody_is_found_where_the_site_does_not_want_it(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX, 'data-auto-identify="false"', path="?email=ann%40acme.example")
    page.fill("[name=email]", "ann@acme.example")
    page.press("[name=email]", "Enter")
    page.evaluate(
        """postMessage({type: 'hsFormCallback', eventName: 'onFormSubmit', id: 'g',
            data: [{name: 'email', value: 'ann@acme.example'}]}, '*')"""
    )
    live.wait(lambda: len(live.events("form_submit")) == 2)
    live.none("auto_identify")


def test_E122_the_same_person_is_told_once_and_new_traits_again(page: Page, live: Live) -> None:
    live.open()
    page.evaluate("[1, 1, 2].map(n => MetricPal.identify('ann@acme.example', {n}))")
    live.wait(lambda: len(live.events("identify")) == 2)
    live.settle()
    assert [props["n"] for props in live.props("identify")] == ["1", "2"]


def test_E126_only_identification_leaves(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX, 'data-only-identify="true"')
    page.wait_for_timeout(300)
    page.fill("[name=email]", "ann@acme.example")
    page.press("[name=email]", "Enter")
    page.evaluate("MetricPal.trackEvent('x'); MetricPal.identify('user-7')")
    live.wait(lambda: len(live.events()) == 2)
    live.settle()
    assert [event.type for event in live.events()] == ["auto_identify", "identify"]


def test_E127_shared_properties_join_later_events_and_give_way_to_their_own(page: Page, live: Live) -> None:
    live.open()
    page.evaluate("MetricPal.addSharedProperty({key: 'plan', value: 'pro'})")
    page.click("#cta")
    page.evaluate("MetricPal.trackEvent('own', {plan: 'free'})")
    page.evaluate("MetricPal.addSharedProperty({key: 'plan', value: null}); MetricPal.trackEvent('none')")
    live.wait(lambda: len(live.events("custom")) == 2)
    assert live.one("click").props["plan"] == "pro"
    assert [props.get("plan") for props in live.props("custom")] == ["free", None]


def test_E128_a_goals_date_is_a_date_a_text_or_nothing(page: Page, live: Live) -> None:
    live.open()
    page.evaluate("[new Date(0), '2026-03-10T12:00:00Z', 'garbage'].map(date => MetricPal.goal('g', {}, date))")
    live.wait(lambda: len(live.events("goal")) == 3)
    dates = [props.get("goal_date") for props in live.props("goal")]
    assert dates == ["1970-01-01T00:00:00.000Z", "2026-03-10T12:00:00.000Z", None]


def test_E130_reset_begins_as_somebody_else(page: Page, live: Live) -> None:
    live.open()
    page.evaluate("MetricPal.identify('ann@acme.example'); MetricPal.reset(); MetricPal.trackEvent('after')")
    before, after = live.one("page_view"), live.one("custom")
    assert before.visitor != after.visitor and before.session != after.session
    assert page.evaluate("MetricPal.isIdentified()") is False


def test_values_are_sent_where_the_site_asks_except_secret_ones(page: Page, live: Live) -> None:
    live.open(CONTACT + '<form id="m"><input name="note" data-mp-mask></form>' + AJAX, 'data-form-values="true"')
    page.fill("[name=email]", "ann@acme.example")
    page.fill("[name=company]", "Acme, card 4111 1111 1111 1111")
    page.fill("[name=pw]", "hunter2")
    page.click("form#contact button")
    page.fill("[name=note]", "private")
    page.press("[name=note]", "Enter")
    live.wait(lambda: len(live.events("form_submit")) == 2)
    first, masked = live.sent("form_submit")
    assert first["form_data"] == {"email": "[email]", "company": "Acme, card [card]"}
    assert masked["form_data"] == {"note": "text"}
    assert not any(secret in "".join(live.bodies) for secret in ("hunter2", "4111", "s3cret", "private"))


def test_a_search_form_and_the_page_it_leads_to_are_one_search(page: Page, live: Live) -> None:
    live.open('<form role="search" action="/found"><input type="search" name="q"></form>')
    page.fill("[name=q]", "red  shoes")
    page.press("[name=q]", "Enter")
    page.wait_for_url("**/found?**")
    assert live.one("search").props == {"query": "red shoes", "search_type": "form"}
    page.goto(page.url + "&page=2")
    live.wait(lambda: len(live.events("page_view")) == 3)
    live.one("search")
    page.goto(live.site.url + "/found?search=blue+shoes&utm_term=x")
    live.wait(lambda: len(live.events("search")) == 2)
    assert live.props("search")[1] == {"query": "blue shoes", "search_type": "url"}


def test_the_page_is_left_as_it_was_when_the_visitor_opts_out(page: Page, live: Live) -> None:
    live.open(CONTACT + AJAX)
    page.evaluate("MetricPal.optOut()")
    native = "[HTMLFormElement.prototype.submit, HTMLFormElement.prototype.requestSubmit].map(f => /native/.test(f))"
    assert page.evaluate(native) == [True, True]
    before = len(live.bodies)
    page.fill("[name=email]", "ann@acme.example")
    page.press("[name=email]", "Enter")
    live.settle()
    assert len(live.bodies) == before
    assert page.evaluate("Object.keys(localStorage)") == ["_mp_consent"]
    assert page.evaluate("document.querySelectorAll('script[src*=\"/s/\"]').length") == 0
