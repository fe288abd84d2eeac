"""Acceptance B: what is a page view, and what is none."""

import pytest
from playwright.sync_api import Page

from tracking.tests.script.website import HIDE, QUICK, Collector, Website, kept_names

pytestmark = pytest.mark.browser


def views(collector: Collector) -> list[str]:
    """Paths of the page views so far."""
    return [event["url"].split("/", 3)[3] for event in collector.events("page_view")]


def test_B026_without_automatic_views_the_page_says_when_and_what(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=f'{QUICK} data-auto-page-view="false"') + "shell")
    page.evaluate("MetricPal.page({url: '/virtual?x=1', title: 'Step one'}); MetricPal.trackEvent('after')")
    later = collector.one("custom")
    (view,) = collector.events("page_view")
    assert (view["url"], view["properties"]["title"]) == (f"{site.url}/virtual?x=1", "Step one")
    assert (later["url"], later["page_view_id"]) == (view["url"], view["page_view_id"])


def test_H194_a_window_whose_size_is_not_known_yet_makes_nobody_a_robot(
    page: Page, collector: Collector, site: Website
) -> None:
    page.add_init_script(
        "Object.defineProperty(navigator, 'webdriver', {get: () => false});"
        "for (const name of ['outerWidth', 'outerHeight'])"
        " Object.defineProperty(window, name, {get: () => (performance.now() < 200 ? 0 : 800)})"
    )
    page.goto(site.show(options='data-interval-start="500"'))
    collector.one("page_view")
    assert collector.bodies[0]["context"]["bot"] == 0


def test_B026_B040_a_view_by_hand_waits_for_a_tab_opened_in_the_background(
    page: Page, collector: Collector, site: Website
) -> None:
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => !window.seen, configurable: true})")
    call = "<script>MetricPal.page({url: '/manual'}); MetricPal.trackEvent('after')</script>"
    page.goto(site.show(options=f'{QUICK} data-auto-page-view="false"', after=call))
    page.evaluate("seen = true; document.dispatchEvent(new Event('visibilitychange'))")
    assert collector.one("page_view")["url"] == f"{site.url}/manual"
    assert collector.one("custom")["url"] == f"{site.url}/manual"


def test_B030_routes_in_the_fragment_are_pages(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK) + "#/home")
    collector.wait(lambda: len(views(collector)) == 1, "the first page")
    page.evaluate("location.hash = '#!/cart'")
    collector.wait(lambda: len(views(collector)) == 2, "the second page")
    page.evaluate("location.hash = '#just-a-place'")
    page.wait_for_timeout(300)
    assert views(collector)[:2] == ["#/home", "#!/cart"]


@pytest.mark.parametrize(("option", "count"), [("", 1), ('data-spa="query"', 2)])
def test_B032_a_change_of_the_query_is_a_page_where_the_site_says_so(
    page: Page, collector: Collector, site: Website, option: str, count: int
) -> None:
    page.goto(site.show(options=f"{QUICK} {option}") + "list?page=1")
    collector.one("page_view")
    page.evaluate("history.pushState({}, '', '?page=2')")
    collector.wait(lambda: len(views(collector)) >= count, "every page view")
    page.wait_for_timeout(1000)
    assert len(views(collector)) == count


def test_B035_other_wrappers_of_history_below_and_above_go_on_working(
    page: Page, collector: Collector, site: Website
) -> None:
    wrap = """<script>
        (window.calls = window.calls || []);
        { const original = history.pushState;
          history.pushState = function (...args) {
              calls.push([this === history, args.length, original.apply(this, args) === undefined]);
          }; }
    </script>"""
    page.goto(site.show(options=QUICK, before=wrap, after=wrap))
    collector.one("page_view")
    page.evaluate("history.pushState({a: 1}, '', '/b')")
    collector.wait(lambda: len(views(collector)) == 2, "the route")
    assert page.evaluate("calls") == [[True, 3, True], [True, 3, True]]
    assert page.evaluate("history.state") == {"a": 1}


def test_B037_the_page_stays_fit_for_the_back_forward_cache(page: Page, collector: Collector, site: Website) -> None:
    spy = """<script>
        window.kinds = new Set();
        const add = EventTarget.prototype.addEventListener;
        EventTarget.prototype.addEventListener = function (type, ...rest) {
            kinds.add(type); return add.call(this, type, ...rest); };
    </script>"""
    page.goto(site.show(options=QUICK, before=spy))
    collector.one("page_view")
    kinds = set(page.evaluate("[...kinds]"))
    assert {"pagehide", "visibilitychange"} <= kinds
    assert not kinds & {"unload", "beforeunload"}


def test_B038_a_prerendered_page_that_nobody_saw_leaves_no_trace(
    page: Page, collector: Collector, site: Website
) -> None:
    hidden = (
        "<script>Object.defineProperty(document, 'prerendering', {get: () => !window.shown});"
        "PerformanceNavigationTiming.prototype.__defineGetter__('activationStart', () => 400)</script>"
    )
    page.goto(site.show(options=QUICK, before=hidden))
    page.wait_for_timeout(400)
    assert collector.kinds == [] and kept_names(page) == []
    page.evaluate("window.shown = true; document.dispatchEvent(new Event('prerenderingchange'))")
    assert collector.one("page_view")["properties"]["nav"] == "prerender"


def test_B041_a_page_that_is_not_there_says_so_by_its_status(page: Page, collector: Collector, site: Website) -> None:
    site.status = 404
    page.goto(site.show(options=QUICK) + "gone")
    assert collector.one("page_view")["properties"]["status"] == 404


def test_B041_a_page_that_says_so_itself_is_not_there_either(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show(options=QUICK, after='<meta name="mp-status" content="404">') + "gone")
    assert collector.one("page_view")["properties"]["status"] == 404


def test_B042_the_canonical_address_is_told_where_the_site_wants_it(
    page: Page, collector: Collector, site: Website
) -> None:
    link = '<link rel="canonical" href="https://www.acme.example/shoes?token=abc">'
    page.goto(site.show(options=f"{QUICK} data-canonical", after=link) + "shoes?ref=x")
    view = collector.one("page_view")
    assert view["properties"]["canonical"] == "https://www.acme.example/shoes?token=[redacted]"


def test_B043_paths_that_are_excluded_are_not_counted_and_others_are(
    page: Page, collector: Collector, site: Website
) -> None:
    page.goto(site.show(options=f'{QUICK} data-exclude="/admin/**, /x/*"') + "admin/users/1")
    assert page.evaluate("MetricPal.trackEvent('inside')") is None
    page.locator("#cta").click()
    page.wait_for_timeout(400)
    assert collector.kinds == []
    page.evaluate("history.pushState({}, '', '/shop')")
    collector.one("page_view")
    assert collector.types()[:2] == ["session_start", "page_view"] and views(collector) == ["shop"]


def test_B044_a_page_in_a_frame_is_marked_or_left_out(page: Page, collector: Collector, site: Website) -> None:
    page.goto(site.show("bare"))
    for options, count in ((QUICK, 1), (f'{QUICK} data-frames="false"', 1)):
        address = site.show(options=options)
        page.evaluate("src => document.body.append(Object.assign(document.createElement('iframe'), {src}))", address)
        collector.wait(lambda count=count: len(views(collector)) >= count, "every page view")
        page.wait_for_timeout(1000)
        assert len(views(collector)) == count
    assert collector.bodies[0]["context"]["iframe"] == 1


@pytest.mark.parametrize(("option", "count"), [("", 1), ('data-localhost="false"', 0)])
def test_B045_the_developers_own_machine_is_marked_or_left_out(
    page: Page, collector: Collector, site: Website, option: str, count: int
) -> None:
    page.goto(site.show(options=f"{QUICK} {option}"))
    collector.wait(lambda: len(views(collector)) >= count, "every page view")
    page.wait_for_timeout(1000)
    assert len(views(collector)) == count
    assert all(body["context"]["localhost"] == 1 for body in collector.bodies)


def test_B045_a_file_is_nobodys_website(page: Page, collector: Collector, site: Website, tmp_path: object) -> None:
    site.show(options=QUICK)
    file = f"{tmp_path}/page.html"
    html = site.html.replace(b'src="/trackingscript.js"', f'src="{site.url}/trackingscript.js"'.encode())
    with open(file, "wb") as out:
        out.write(html)
    page.goto(f"file://{file}")
    page.evaluate("MetricPal.trackEvent('x')")
    page.evaluate(HIDE, True)
    page.wait_for_timeout(300)
    assert collector.kinds == []
