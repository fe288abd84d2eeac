"""The overview as a browser gets it. Numbers are read from the text tables that stand behind chart and map.

The world, in UTC, on Tuesday 10 March 2026 at noon; the page shows 28 days, 10 February to 9 March:

    9 March   10:00  visitor 1, Germany, from Google     /  /pricing, then the goal "signup"
    9 March   11:00  visitor 2, Germany                  /
    8 March   09:00  visitor 3, France                   /docs
    2 February 10:00 visitor 9                           /         (in the comparison: 13 January to 9 February)
"""

import csv
import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from analytics.tests.world import goal, page_view, store_events
from analytics.views.panels import TABS
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("event_store", "clock")
URL = "/w/acme/"


@pytest.fixture
def world(acme: Workspace) -> int:
    live = acme.dataset_id()
    germany, france = {"country": "DE"}, {"country": "FR"}
    store_events(
        live,
        [
            page_view("10:00", client=germany, fields={"referrer": "https://www.google.com/"}),
            page_view("10:01", "/pricing", client=germany),
            goal("10:01", "signup"),
            page_view("11:00", visitor=2, client=germany),
            page_view("2026-03-08T09:00", "/docs", visitor=3, client=france),
            page_view("2026-02-02T10:00", visitor=9),
        ],
    )
    return live


class Text(HTMLParser):
    """The rows of a page's tables, each a list of texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] = (self.rows[-1][-1] + data).strip()


def rows_of(html: str, part: str) -> list[list[str]]:
    """The table rows of the element with that id, headings left out."""
    piece = re.split(r'<(?:section|details)[^>]* id="', html)
    found = next(each for each in piece if each.startswith(f'{part}"'))
    return Text(found).rows[1:]


def tiles_of(html: str) -> dict[str, str]:
    found = re.findall(r'<span class="sr-only">([^<]*): </span><span class="tile-value"[^>]*>([^<]*)<', html)
    return {label: value.replace("\u202f", " ") for label, value in found}


def address_of(html: str, label: str) -> str:
    """Where the link of a menu leads."""
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>(?:<[^>]*>)*\s*{label}', html)
    assert found, label
    return found[1].replace("&amp;", "&")


def page(client: Client, query: str = "?", **headers: str) -> str:
    response = client.get(URL + query, headers={"Sec-Fetch-Mode": "navigate", **headers})
    assert response.status_code == 200
    return response.content.decode()


def test_the_tiles_count_the_period_and_compare_it_with_the_one_before(world, as_viewer):
    html = page(as_viewer, "?compare=previous")

    # Three visits, four page views. Two of three are bounces: visitor 1 saw two pages.
    assert tiles_of(html) == {
        "Visitors": "3",
        "Visits": "3",
        "Page views": "4",
        "Views per visit": "1.33",
        "Bounce rate": "66.7 %",
        "Visit duration": "20s",
    }
    assert "Before: 1" in html  # 3 instead of 1 visitor
    assert "+200\u202f%" in html


def test_the_table_behind_the_chart_has_a_row_for_each_day(world, as_viewer):
    rows = rows_of(page(as_viewer), "chart-numbers")

    assert len(rows) == 28
    assert rows[0] == ["Tue 10 Feb 2026", "0", "0"]
    assert rows[-1][:2] == ["Mon 9 Mar 2026", "2"]
    assert rows[-2][:2] == ["Sun 8 Mar 2026", "1"]


def test_another_metric_goes_on_the_chart(world, as_viewer):
    assert rows_of(page(as_viewer, "?metric=pageviews"), "chart-numbers")[-1][:2] == ["Mon 9 Mar 2026", "3"]


def test_panels_list_what_the_period_has(world, as_viewer):
    html = page(as_viewer)

    assert rows_of(html, "panel-places") == [["Germany", "2", "67\u202f%"], ["France", "1", "33\u202f%"]]
    assert ["/pricing", "1", "1", "33\u202f%"] in rows_of(html, "panel-pages")
    assert ["Google", "1", "33\u202f%"] in rows_of(html, "panel-sources")
    assert rows_of(html, "panel-behaviour") == [["signup", "1", "1", "33.3\u202f%"]]


def test_what_visitors_sent_is_text_wherever_a_row_shows_it(acme, as_viewer):
    store_events(acme.dataset_id(), [goal("2026-03-09T10:00", '"><b>&')])

    behaviour = page(as_viewer).split('id="panel-behaviour"')[1].split("</section>")[0]

    assert '"><b>' not in behaviour
    assert 'title="&quot;&gt;&lt;b&gt;&amp;">&quot;&gt;&lt;b&gt;&amp;</a>' in behaviour
    assert "f=is,goal,%22%3E%3Cb%3E%26" in behaviour and "value=%22%3E%3Cb%3E%26" in behaviour  # its link, its receipt


def test_the_link_of_a_row_filters_the_whole_page(world, as_viewer):
    html = page(as_viewer)
    link = re.search(r'href="([^"]*)" title="France"', html)
    assert link and link[1] == "?f=is,country,FR"

    filtered = page(as_viewer, link[1])

    assert tiles_of(filtered)["Visitors"] == "1"
    assert rows_of(filtered, "panel-pages") == [["/docs", "1", "1", "100\u202f%"]]
    assert "Country is <b" in filtered


def test_the_filter_builder_leads_to_the_same_address_as_a_click(world, as_viewer):
    response = as_viewer.get(f"{URL}?metric=visits&dimension=country&operator=is&value=germany|FR")

    assert response.headers["Location"] == "?f=is,country,DE%7CFR&metric=visits"


def test_a_tab_is_part_of_every_link(world, as_viewer):
    html = page(as_viewer, "?pages=exit_page")

    assert rows_of(html, "panel-pages") == [
        ["/", "1", "33\u202f%"],
        ["/docs", "1", "33\u202f%"],
        ["/pricing", "1", "33\u202f%"],
    ]
    assert 'href="?f=is,country,FR&amp;pages=exit_page"' in html


def test_a_tab_asked_for_by_htmx_is_answered_with_its_panel_alone(world, as_viewer):
    html = page(as_viewer, "?places=city", **{"HX-Request": "true", "HX-Target": "panel-places"})

    assert html.lstrip().startswith("<section")
    assert 'data-tab="city"' in html
    assert "panel-pages" not in html


def test_a_refresh_gets_the_live_parts_without_the_frame(world, as_viewer):
    html = page(as_viewer, "?period=7d", **{"HX-Request": "true", "HX-Target": "dashboard"})

    assert "<html" not in html
    assert tiles_of(html)["Visitors"] == "3"


def test_the_csv_of_a_panel_has_the_rows_of_the_panel(world, as_viewer):
    html = page(as_viewer)
    address = re.search(r'href="(/w/acme/details/page\.csv[^"]*)"', html)
    assert address
    answer = as_viewer.get(address[1])

    lines = list(csv.reader(answer.content.decode().splitlines()))

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert lines[0] == ["page", "visitors", "pageviews"]
    assert lines[1:] == [row[:3] for row in rows_of(html, "panel-pages")]


def test_the_csv_of_a_details_page_has_the_columns_and_numbers_of_the_page(world, as_viewer):
    html = as_viewer.get(f"{URL}details/source/").content.decode()
    address = re.search(r'href="(/w/acme/details/source\.csv[^"]*)"', html)
    assert address
    heading, *lines = csv.reader(as_viewer.get(address[1]).content.decode().splitlines())

    assert heading == ["source", "visitors", "visits", "views_per_visit", "bounce_rate (%)", "visit_duration (s)"]
    # two visits without a source, each of one page; one from Google reads a second page a minute later
    assert lines == [["", "2", "2", "1.0", "100.0", "0.0"], ["Google", "1", "1", "2.0", "0.0", "60.0"]]
    assert [row[1:4] for row in Text(html).rows[1:]] == [["2", "2", "1"], ["1", "1", "2"]]


@pytest.mark.parametrize("tab", TABS.values(), ids=lambda tab: tab.name)
def test_the_csv_of_every_details_page_has_as_many_columns_as_the_page(world, as_viewer, tab):
    shown = Text(as_viewer.get(f"{URL}details/{tab.name}/").content.decode()).rows
    heading, *lines = csv.reader(as_viewer.get(f"{URL}details/{tab.name}.csv").content.decode().splitlines())

    assert [name.split()[0] for name in heading] == [tab.dimension, *tab.in_detail]
    assert {len(line) for line in lines} | {len(row) for row in shown} <= {len(heading)}


def test_the_csv_of_the_chart_has_its_points(world, as_viewer):
    lines = as_viewer.get(f"{URL}series.csv?period=7d&compare=off").content.decode().splitlines()

    assert lines[0] == "start,visitors"
    assert lines[-1].endswith(",2")
    assert len(lines) == 8


def test_test_data_stays_apart(world, acme, as_viewer):
    store_events(acme.dataset_id("test"), [page_view("10:00", "/only-a-test", visitor=5)])

    live, test = page(as_viewer), page(as_viewer, "?env=test")

    assert tiles_of(live)["Visitors"] == "3" and "/only-a-test" not in live
    assert tiles_of(test)["Visitors"] == "1" and "/pricing" not in test


def test_known_bots_count_only_when_asked_for(world, acme, as_viewer):
    store_events(world, [page_view("10:00", visitor=6, client={"bot": "Googlebot"})])

    assert tiles_of(page(as_viewer))["Visitors"] == "3"
    assert tiles_of(page(as_viewer, "?bots=1"))["Visitors"] == "4"


def test_days_are_those_of_the_workspace(world, acme, as_viewer):
    acme.timezone = "Asia/Kathmandu"  # 5:45 ahead
    acme.save()
    store_events(world, [page_view("18:30", visitor=7)])  # 00:15 on the 10th in Kathmandu

    assert tiles_of(page(as_viewer))["Visitors"] == "3"
    assert tiles_of(page(as_viewer, "?period=day"))["Visitors"] == "1"


def test_details_are_searched_sorted_and_paged(world, as_viewer):
    found = as_viewer.get(f"{URL}details/page/?search=pri").content.decode()
    ascending = as_viewer.get(f"{URL}details/page/?sort=pageviews&order=asc").content.decode()
    by_name = as_viewer.get(f"{URL}details/country/?search=germ").content.decode()
    beyond = as_viewer.get(f"{URL}details/page/?page=2").content.decode()

    assert [row[0] for row in Text(found).rows[1:]] == ["/pricing"]
    assert [row[0] for row in Text(ascending).rows[1:]] == ["/docs", "/pricing", "/"]
    assert [row[0] for row in Text(by_name).rows[1:]] == ["Germany"]
    assert "No row fits" in beyond


def test_details_cannot_be_ordered_by_a_share_that_is_worked_out_afterwards(world, as_viewer):
    html = as_viewer.get(f"{URL}details/page/").content.decode()
    asked = as_viewer.get(f"{URL}details/page/?sort=exit_rate&order=desc")

    assert "sort=engaged_time" in html and "sort=exit_rate" not in html
    assert asked.status_code == 200
    assert [row[0] for row in Text(asked.content.decode()).rows[1:]] == ["/", "/docs", "/pricing"]  # by visitors


def test_suggestions_come_from_the_data(world, as_viewer):
    pages = as_viewer.get(f"{URL}values/?dimension=page&value=pri").content.decode()
    countries = as_viewer.get(f"{URL}values/?dimension=country&value=FR|germ").content.decode()

    assert re.findall('value="([^"]*)"', pages) == ["/pricing"]
    assert re.findall('value="([^"]*)"', countries) == ["FR|DE"]


def test_a_workspace_without_events_waits_and_says_how_to_begin(acme, as_viewer):
    assert as_viewer.get(URL).headers["Location"] == "?period=day"

    assert "Waiting for the first event from acme.example" in page(as_viewer, "?period=day")


def test_a_workspace_that_began_today_starts_with_today(acme, as_viewer):
    store_events(acme.dataset_id(), [page_view("2026-03-10T08:00")])

    assert as_viewer.get(URL).headers["Location"] == "?period=day"
    assert tiles_of(page(as_viewer, "?period=day"))["Visitors"] == "1"


def test_in_a_workspace_that_began_today_another_period_can_be_chosen_and_stays(acme, as_viewer):
    store_events(acme.dataset_id(), [page_view("2026-03-10T08:00")])

    usual = address_of(page(as_viewer, "?period=day"), "Last 28 days")
    html = page(as_viewer, usual)

    assert tiles_of(html)["Visitors"] == "0"  # 10 February to 9 March
    assert rows_of(html, "chart-numbers")[-1][0] == "Mon 9 Mar 2026"
    assert address_of(html, "Previous period").endswith("?period=28d")  # the comparison by default: not written
    assert address_of(html, "Today") == "?period=day"


def test_the_day_after_the_first_a_workspace_opens_on_28_days_whose_links_leave_them_out(world, as_viewer):
    html = page(as_viewer, "")

    assert tiles_of(html)["Visitors"] == "3"
    assert address_of(html, "Last 28 days") == "?"


def test_an_address_that_makes_no_sense_shows_the_usual_page_and_says_why(world, as_viewer):
    html = page(as_viewer, "?period=fortnight")

    assert "Unknown period &#x27;fortnight&#x27;" in html
    assert tiles_of(html)["Visitors"] == "3"


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("from=2026-03-09&to=2026-03-01", "The end of the range lies before its start."),
        ("from=2026-03-09", "A range needs two days: its start and its end."),
        ("from=2016-01-01&to=2026-01-31", "A range has at most 3660 days."),
        ("from=1969-01-01&to=1969-01-31", "A range starts in the years 1971 to 2099."),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_in_words_with_the_period_that_is_shown(world, as_viewer, dates, said):
    for html in (page(as_viewer, f"?period=custom&{dates}"), page(as_viewer, f"reports/web/?period=custom&{dates}")):
        assert f"{said} Shown instead: Last 28 days." in html
        assert "must not lie" not in html


def test_nothing_on_the_page_needs_inline_code_or_style(world, as_viewer):
    html = page(as_viewer)

    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", html)
    scripts = re.findall(r"<script([^>]*)>", html)
    assert all('type="application/json"' in attributes or " src=" in attributes for attributes in scripts)


@pytest.mark.parametrize(
    "address",
    [URL, f"{URL}series.csv", f"{URL}values/?dimension=page", f"{URL}details/page/", f"{URL}details/page.csv"],
)
def test_a_stranger_sees_nothing_and_a_visitor_must_sign_in(world, as_stranger, anonymous, address):
    assert as_stranger.get(address).status_code == 404
    assert anonymous.get(address).headers["Location"].startswith("/accounts/login/")


def test_while_the_event_store_is_away_the_page_says_so_and_offers_a_way_on(world, as_viewer, settings):
    settings.EVENT_STORE_URL = "http://default:nobody@127.0.0.1:9/acme"  # the discard port: nothing listens

    answer = as_viewer.get(f"{URL}?period=7d")
    part = as_viewer.get(f"{URL}?period=7d", headers={"HX-Request": "true", "HX-Target": "overview"})

    assert answer.status_code == part.status_code == 503
    assert "The event store does not answer" in answer.content.decode()
    assert part.content.decode().lstrip().startswith('<div id="overview">')


def test_a_metric_that_cannot_be_drawn_is_refused_with_a_sentence(world, as_viewer):
    answer = as_viewer.get(f"{URL}?metric=exit_rate")

    assert answer.status_code == 400
    assert "exit_rate is told of pages" in answer.content.decode()


def test_the_page_says_how_fresh_its_numbers_are(world, as_viewer):
    html = page(as_viewer)

    assert re.search(r"As of <time[^>]*>12:00:00</time> \(UTC\)", html)  # nothing waits to be stored
    assert ">Exact<" in html
