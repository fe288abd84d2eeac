"""Acceptance D: clicks, links, and what a site writes on its elements; through the real collector."""

import pytest

from tracking.tests.script.live import Live

pytestmark = pytest.mark.browser
# Links of the tests lead nowhere.
STAY = "<script>addEventListener('click', event => event.preventDefault())</script>"


def clicked(live: Live, selector: str, **how: object) -> dict[str, str]:
    live.page.locator(selector).first.click(**how)
    return live.one("click").props


def test_D071_a_click_on_the_words_is_a_click_on_the_button(live: Live) -> None:
    live.open('<button id="buy" class="x wide"><span>Buy</span></button>')
    props = clicked(live, "#buy span")
    assert props["classes"] == "x wide"
    assert (props["element_tag"], props["element_id"], props["element_text"]) == ("button", "buy", "Buy")


def test_D072_a_click_can_be_explained_without_being_one(live: Live) -> None:
    body = '<div id="container"><section><button>One</button><button>Two</button></section></div>'
    live.open(body)
    live.page.wait_for_function("MetricPal.getClickInfo(document.querySelector('#cta'))")
    ask = "selector => MetricPal.getClickInfo(document.querySelectorAll(selector)[1]).path"
    assert live.page.evaluate(ask, "section button") == "div#container > section > button:nth-of-type(2)"
    assert live.page.evaluate("[MetricPal.getClickInfo(null), MetricPal.getClickInfo('x')]") == [None, None]
    live.none("click")


def test_D073_words_are_no_button_unless_they_look_like_one(live: Live) -> None:
    live.open('<p id="words">Words</p><p id="hand" style="cursor:pointer">Open</p>')
    live.page.locator("#words").click()
    assert clicked(live, "#hand")["element_id"] == "hand"


def test_D074_what_is_clicked_inside_a_shadow_root_is_told(live: Live) -> None:
    live.open("""<div id="host"></div><script>
        document.getElementById('host').attachShadow({mode: 'open'}).innerHTML = '<button id="deep">Deep</button>'
    </script>""")
    assert clicked(live, "#deep")["element_text"] == "Deep"


def test_D075_a_button_that_is_off_is_not_clicked(live: Live) -> None:
    live.open('<button id="off" disabled>Off</button>')
    live.page.locator("#off").click(force=True)
    live.none("click")


def test_D075_what_is_not_off_in_a_group_that_is_off_is_clicked(live: Live) -> None:
    live.open(
        '<fieldset disabled><legend><button id="on">Change</button></legend><button id="off">Save</button></fieldset>'
    )
    live.page.evaluate("['off', 'on'].forEach(id => document.getElementById(id).click())")
    assert live.one("click").props["element_id"] == "on"


@pytest.mark.parametrize("tag", ["data-analytics-track", "data-mp-event"])
def test_D088_words_beside_a_box_that_is_tagged_with_them_are_one_event(live: Live, tag: str) -> None:
    """The browser clicks the box, too."""
    live.open(f'<div {tag}="agreed"><label id="words" for="box">I agree</label> <input id="box" type="checkbox"></div>')
    live.page.locator("#words").click()
    assert live.one("custom").name == "agreed"


def test_D077_the_middle_button_and_a_held_key_open_links_too_and_the_right_one_does_not(live: Live) -> None:
    live.open(STAY)
    live.page.locator("#out").click(button="right")
    live.page.locator("#out").click(button="middle")
    live.page.locator("#out").click(modifiers=["Control"])
    live.wait(lambda: len(live.events("click")) == 2)
    live.settle()
    assert [props["link"] for props in live.props("click")] == ["outbound", "outbound"]


def test_D078_a_link_that_leads_away_is_told_and_not_held_up(live: Live) -> None:
    live.open(f'<a id="away" href="{live.site.url.replace("127.0.0.1", "localhost")}/bye">Bye</a>')
    delay = live.page.evaluate("""() => {
        const started = performance.now();
        document.getElementById('away').click();
        return performance.now() - started;
    }""")
    live.page.wait_for_url("**/bye")
    live.wait(lambda: live.events("click"))
    assert live.props("click")[0]["link"] == "outbound"
    assert delay < 50


def test_D079_a_picture_in_a_link_and_a_page_that_handles_it_change_nothing(live: Live) -> None:
    picture = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    image = f'<img alt="Shoes" src="{picture}" width=20 height=20>'
    live.open(f'{STAY}<a id="ad" href="https://other.example/x" target="_blank">{image}</a>')
    props = clicked(live, "#ad img")
    assert (props["link"], props["href"], props["element_text"]) == ("outbound", "https://other.example/x", "Shoes")


def test_D081_another_port_is_another_host_unless_the_site_lists_it(live: Live) -> None:
    links = '<a id="port" href="http://127.0.0.1:9/">Port</a><a id="shop" href="https://shop.acme.example/">Shop</a>'
    live.open(STAY + links, options='data-domains="*.acme.example"')
    live.page.locator("#port").click()
    live.page.locator("#shop").click()
    live.wait(lambda: len(live.events("click")) == 2)
    assert [props.get("link") for props in live.props("click")] == ["outbound", None]


def test_D082_letters_calls_and_places_are_of_their_own_kind(live: Live) -> None:
    links = {"tel": "tel:+4930123", "script": "javascript:void 0", "place": "#part"}
    live.open(STAY + "".join(f'<a id="{name}" href="{href}">{name}</a>' for name, href in links.items()))
    for name in ("mail", *links):
        live.page.locator(f"#{name}").click()
    live.wait(lambda: len(live.events("click")) == 4)
    assert [props.get("link") for props in live.props("click")] == ["mailto", "tel", None, None]


@pytest.mark.parametrize(
    ("link", "options", "kind"),
    [
        ('href="/a.csv?token=1"', "", "download"),
        ('href="/disk.iso"', "", "download"),
        ('href="/report" download', "", "download"),
        ('href="/a.foo"', 'data-file-types="zip,foo"', "download"),
        ('href="/a.pdf"', 'data-file-types="zip,foo"', None),
        ('href="/a.pdf"', 'data-file-types="(("', "download"),
    ],
)
def test_D083_D084_D085_files_are_downloads(live: Live, link: str, options: str, kind: str | None) -> None:
    live.open(f'{STAY}<a id="get" {link}>Get</a>', options=options)
    props = clicked(live, "#get")
    assert props.get("link") == kind
    assert "token=1" not in props["href"]


@pytest.mark.parametrize(
    ("element", "name", "facts"),
    [
        ('<button id="t" data-analytics-track="feature_click" data-analytics-feature="generate">G</button>',
         "feature_click", {"feature": "generate"}),
        ('<div data-mp-event="opened" data-mp-panel-name="faq"><p><b><i><button id="t">+</button></i></b></p></div>',
         "opened", {"panel_name": "faq"}),
        ('<button id="t" class="btn mp-event-name--Sign+Up mp-event-plan--pro">S</button>', "Sign Up", {"plan": "pro"}),
        ('<button id="t" class="mp-event-name=Sign+Up mp-event-plan=pro">S</button>', "Sign Up", {"plan": "pro"}),
        ('<a id="t" href="https://other.example/x" data-mp-event="Partner">P</a>',
         "Partner", {"href": "https://other.example/x"}),
        ('<p id="t" tabindex="0" data-mp-event="Card">C</p>', "Card", {}),
    ],
)  # fmt: skip
def test_D087_D088_D089_D094_a_tagged_element_is_its_event_and_no_click(
    live: Live, element: str, name: str, facts: dict[str, str]
) -> None:
    live.open(STAY + element)
    live.page.locator("#t").click()
    event = live.one("custom")
    assert (event.name, event.props) == (name, facts)
    live.none("click")


def test_D090_D091_a_tag_that_comes_later_works_and_an_empty_one_does_not(live: Live) -> None:
    live.open()
    add = "html => document.body.insertAdjacentHTML('beforeend', html)"
    live.page.evaluate(add, '<button id="late" data-mp-event="Late">L</button>')
    live.page.evaluate(add, '<p id="empty" class="mp-event-name=" data-mp-event="">E</p>')
    live.page.locator("#empty").click()
    live.page.locator("#late").click()
    assert live.one("custom").name == "Late"


def test_D093_of_a_tagged_form_only_the_submit_counts(live: Live) -> None:
    live.open("""<form id="f" data-mp-event="Signup" data-mp-place="top" onsubmit="return false">
        <input id="name"><button>Go</button></form>""")
    live.page.locator("#name").click()
    live.page.locator("#name").press("Enter")
    event = live.one("custom")
    assert (event.name, event.props["place"]) == ("Signup", "top")


def test_D095_a_goal_on_an_element_has_its_value(live: Live) -> None:
    live.open('<button id="g" data-mp-goal="Signup" data-mp-value="10" data-mp-currency="EUR">Join</button>')
    live.page.locator("#g").click()
    goal = live.one("goal")
    assert (goal.name, float(goal.value), goal.currency) == ("Signup", 10.0, "EUR")


def test_D096_what_is_to_be_ignored_is_and_what_is_masked_has_no_words(live: Live) -> None:
    live.open(STAY)
    live.page.locator("#ignored").click()
    assert "element_text" not in {name for name, value in clicked(live, "#masked").items() if value}


def test_D098_without_clicks_the_tagged_ones_are_told_still(live: Live) -> None:
    live.open('<button id="t" data-mp-event="Tagged">T</button>', options='data-track-clicks="false"')
    live.page.locator("#cta").click()
    live.page.locator("#t").click()
    assert live.one("custom").name == "Tagged"
    live.none("click")


def test_D099_only_what_the_site_allows_is_told(live: Live) -> None:
    body = '<nav><button id="yes">Yes</button><button id="no" class="quiet">No</button></nav>'
    live.open(body, options='data-click-allow="nav" data-click-deny=".quiet"')
    for name in ("cta", "no", "yes"):
        live.page.locator(f"#{name}").click()
    assert live.one("click").props["element_id"] == "yes"


def test_D101_a_page_that_stops_its_events_stops_not_ours(live: Live) -> None:
    live.open("<script>document.addEventListener('click', e => e.stopImmediatePropagation(), true)</script>")
    assert clicked(live, "#cta")["element_id"] == "cta"


def test_D103_three_quick_clicks_at_one_place_are_rage(live: Live) -> None:
    live.open('<button id="slow">Slow</button>', options="data-frustration")
    live.page.wait_for_function("performance.getEntriesByType('resource').some(e => /frustration/.test(e.name))")
    live.page.wait_for_timeout(100)
    live.page.locator("#slow").click(click_count=3, delay=20)
    rage = live.wait(lambda: [event for event in live.events("custom") if event.name == "rage_click"])
    assert len(rage) == 1 and rage[0].props["element_id"] == "slow"


def test_D104_a_click_without_any_effect_is_dead_and_others_are_not(live: Live) -> None:
    live.open(
        '<button id="dead">Dead</button><button id="alive" onclick="this.dataset.on = 1">Alive</button>',
        options="data-frustration",
    )
    live.page.wait_for_function("performance.getEntriesByType('resource').some(e => /frustration/.test(e.name))")
    live.page.wait_for_timeout(100)
    live.page.locator("#alive").click()
    live.page.wait_for_timeout(2700)
    live.page.locator("#dead").click()
    live.page.wait_for_timeout(2700)
    live.page.evaluate("MetricPal.sendData()")
    live.wait(lambda: live.events("custom"))
    assert [(event.name, event.props["element_id"]) for event in live.events("custom")] == [("dead_click", "dead")]
