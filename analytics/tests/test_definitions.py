"""What each number means (the canon of definitions): one fixture for each rule, worked out by hand."""

import pytest

from analytics.query import run
from analytics.query.model import Result
from analytics.tests.test_overview import Text
from analytics.tests.world import Sent, click, goal, page, page_view, store_events
from config.testing.world import NOW
from tracking.visits import Key, Visitor
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("event_store")


def numbers(workspace: Workspace, *metrics: str, query: str = "") -> dict[str, float | None]:
    return run(page(workspace, query).query(*metrics), NOW).totals


def table(workspace: Workspace, dimension: str, *metrics: str, query: str = "") -> dict[str, tuple[float | None, ...]]:
    result: Result = run(page(workspace, query).query(*metrics, dimensions=(dimension,)), NOW)
    return {row.keys[0]: tuple(row.values[name] for name in metrics) for row in result.rows}


def test_nothing_has_happened_yet(acme):
    found = numbers(
        acme, "visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration", "views_per_visit"
    )

    assert found == {
        "visitors": 0, "visits": 0, "pageviews": 0, "events": 0,
        "bounce_rate": None, "visit_duration": None, "views_per_visit": None,
    }  # fmt: skip


def test_a_visitor_counts_once_however_often_they_come(acme):
    store_events(acme.dataset_id(), [page_view("08:00"), page_view("20:00"), page_view("09:00", visitor=2)])

    assert numbers(acme, "visitors", "visits") == {"visitors": 2, "visits": 3}


def test_thirty_quiet_minutes_do_not_end_a_visit_but_a_moment_more_does(acme):
    store_events(acme.dataset_id(), [page_view("10:00:00"), page_view("10:30:00")])
    store_events(acme.dataset_id(), [page_view("10:00:00", visitor=2), page_view("10:30:01", visitor=2)])

    assert numbers(acme, "visits") == {"visits": 1 + 2}


def test_midnight_does_not_cut_a_visit_which_belongs_to_the_day_it_starts_on(acme):
    store_events(acme.dataset_id(), [page_view("2026-03-08T23:50"), page_view("2026-03-09T00:10", "/pricing")])

    # The visitor was there on both days; the visit started on the 8th; each page view counts when it happened.
    assert numbers(acme, "visitors", "visits", "pageviews") == {"visitors": 1, "visits": 0, "pageviews": 1}
    eighth = "period=custom&from=2026-03-08&to=2026-03-08"
    assert numbers(acme, "visitors", "visits", "pageviews", query=eighth) == {
        "visitors": 1,
        "visits": 1,
        "pageviews": 1,
    }


def test_closing_a_tab_the_day_after_makes_nobody_a_visitor_of_that_day(acme):
    store_events(acme.dataset_id(), [page_view("2026-03-08T15:00"), Sent("2026-03-09T09:00", "page_exit")])

    assert numbers(acme, "visitors", "visits") == {"visitors": 0, "visits": 0}
    assert numbers(acme, "visitors", query="f=is,page,/") == {"visitors": 0}


def test_a_late_event_moves_the_start_of_its_visit_and_the_day_it_counts_on(acme):
    remembered: dict[Key, Visitor] = {}
    first = store_events(acme.dataset_id(), [page_view("2026-03-09T00:05")], remembered)
    second = store_events(acme.dataset_id(), [page_view("2026-03-08T23:55")], remembered)
    assert first.sessions["session_id"] == second.sessions["session_id"]

    eighth = "period=custom&from=2026-03-08&to=2026-03-08"
    assert numbers(acme, "visitors", "visits", query=eighth) == {"visitors": 1, "visits": 1}
    assert numbers(acme, "visitors", "visits") == {"visitors": 1, "visits": 0}


def test_a_bounce_is_one_page_nothing_done_and_less_than_ten_seconds_of_attention(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", visitor=1),  # a bounce
            page_view("10:00", visitor=2), page_view("10:01", visitor=2),  # two pages
            page_view("10:00", visitor=3), click("10:01", visitor=3),  # did something
            page_view("10:00", visitor=4), Sent("10:02", "page_exit", "/", 4, fields={"engaged_ms": 10_000}),  # read
            page_view("10:00", visitor=5), Sent("10:02", "page_exit", "/", 5, fields={"engaged_ms": 9_999}),  # a bounce
            goal("10:00", "signup", visitor=6),  # no page view: not counted at all
        ],
    )  # fmt: skip

    # Visits 1 and 5 of the five that saw a page.
    assert numbers(acme, "visits", "bounce_rate") == {"visits": 6, "bounce_rate": 40.0}


def test_duration_is_from_first_to_last_event_and_bounces_count_as_zero(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", visitor=1),  # 0 s
            page_view("10:00", visitor=2), page_view("10:02", visitor=2),  # 120 s
            page_view("10:00", visitor=3), click("10:04", visitor=3),  # 240 s
            page_view("10:00", visitor=4), page_view("10:10", visitor=4),  # 600 s
        ],
    )  # fmt: skip

    # Mean (0 + 120 + 240 + 600) / 4 = 240; median between 120 and 240.
    assert numbers(acme, "visit_duration", "visit_duration_median") == {
        "visit_duration": 240.0,
        "visit_duration_median": 180.0,
    }


def test_views_per_visit_counts_repeats_and_has_two_decimals(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00"), page_view("10:01"), page_view("10:02", "/a"), page_view("10:03", "/a"),
            page_view("10:04"),
            page_view("10:00", visitor=2), page_view("10:01", visitor=2), page_view("10:00", visitor=3),
        ],
    )  # fmt: skip

    assert numbers(acme, "pageviews", "views_per_visit") == {"pageviews": 8, "views_per_visit": 2.67}


def test_engaged_time_comes_from_attention_not_from_gaps(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", "/long"), Sent("10:20", "page_exit", "/long", fields={"engaged_ms": 30_000}),
            page_view("10:00", "/short", visitor=2),
        ],
    )  # fmt: skip

    # 30 s over two visits; on the page that was read, over the one visit that saw it.
    assert numbers(acme, "engaged_time") == {"engaged_time": 15.0}
    assert table(acme, "page", "engaged_time") == {"/long": (30.0,), "/short": (0.0,)}


def test_exit_rate_is_exits_divided_by_the_visits_that_saw_the_page(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", "/"), page_view("10:01", "/pricing"),  # leaves from /pricing
            page_view("10:00", "/", visitor=2), page_view("10:01", "/pricing", visitor=2),
            page_view("10:02", "/", visitor=2),
            page_view("10:00", "/", visitor=3),
        ],
    )  # fmt: skip

    # / was seen by three visits and left from by two; /pricing seen by two and left from by one.
    rates = table(acme, "page", "visits", "exit_rate")
    assert rates == {"/": (3, pytest.approx(200 / 3)), "/pricing": (2, 50.0)}
    assert table(acme, "exit_page", "exits") == {"/": (2,), "/pricing": (1,)}
    assert table(acme, "entry_page", "visits") == {"/": (3,)}


def test_conversion_rate_divides_converters_by_all_visitors(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", visitor=1), goal("10:01", "signup", 1), goal("10:02", "signup", 1),
            page_view("10:00", visitor=2), goal("10:01", "signup", 2), goal("10:02", "purchase", 2),
            page_view("10:00", visitor=3), page_view("10:00", visitor=4),
        ],
    )  # fmt: skip
    asked = page(acme).query("visitors", "completions", "conversion_rate", dimensions=("goal",))

    result = run(asked, NOW)

    assert {row.keys[0]: tuple(row.values.values()) for row in result.rows} == {
        "signup": (2, 3, 50.0),
        "purchase": (1, 1, 25.0),
    }
    assert result.population == 4
    # A filter on the goal narrows who converted, not who might have.
    assert numbers(acme, "conversion_rate", query="f=is,goal,purchase") == {"conversion_rate": 25.0}
    assert numbers(acme, "conversion_rate", query="f=is,goal,purchase&f=is,entry_page,/") == {"conversion_rate": 25.0}


def test_bots_are_kept_but_left_out_until_asked_for(acme):
    store_events(acme.dataset_id(), [page_view("10:00"), page_view("10:00", visitor=2, client={"bot": "Googlebot"})])

    assert numbers(acme, "visitors", "visits", "pageviews") == {"visitors": 1, "visits": 1, "pageviews": 1}
    assert numbers(acme, "visitors", "visits", "pageviews", query="bots=1") == {
        "visitors": 2,
        "visits": 2,
        "pageviews": 2,
    }


def test_a_bot_and_a_person_at_one_browser_are_a_visit_each(acme):
    bot = {"bot": "Automated browser"}
    sent = [
        page_view("10:00", client=bot),
        page_view("10:01"),
        page_view("10:02", client=bot),
        page_view("10:03", "/a"),
    ]
    sent += [page_view("11:00", visitor=2), page_view("11:01", visitor=2, client=bot)]
    store_events(acme.dataset_id(), sent)
    asked = ("visitors", "visits", "pageviews", "views_per_visit")

    assert numbers(acme, *asked) == {"visitors": 2, "visits": 2, "pageviews": 3, "views_per_visit": 1.5}
    assert numbers(acme, *asked, query="bots=1") == {
        "visitors": 2, "visits": 4, "pageviews": 6, "views_per_visit": 1.5,
    }  # fmt: skip


def test_a_filter_on_pages_chooses_the_visits_that_went_there(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", "/"), page_view("10:01", "/pricing"), page_view("10:02", "/pricing"),
            page_view("10:00", "/", visitor=2),
        ],
    )  # fmt: skip

    found = numbers(acme, "visitors", "visits", "pageviews", "views_per_visit", query="f=is,page,/pricing")

    # Page views of that page; the visit as a whole had three.
    assert found == {"visitors": 1, "visits": 1, "pageviews": 2, "views_per_visit": 3.0}


def test_several_filters_on_events_mean_the_same_event(acme):
    plan = {"props": {"plan": "pro"}}
    store_events(
        acme.dataset_id(),
        [
            Sent("10:00", "custom", "/pricing", 1, "chosen", fields=plan),
            Sent("10:00", "custom", "/", 2, "chosen", fields=plan), page_view("10:01", "/pricing", visitor=2),
        ],
    )  # fmt: skip

    assert numbers(acme, "visits", query="f=is,page,/pricing") == {"visits": 2}
    assert numbers(acme, "visits", query="f=is,page,/pricing&f=is,prop:plan,pro") == {"visits": 1}


@pytest.mark.usefixtures("clock")
def test_in_real_time_visits_are_those_that_go_on_whenever_they_began(acme, as_viewer, as_owner):
    # It is 12:00. Three came 40 minutes ago, of whom two still read in the last half hour; a fourth has just come.
    day = "2026-03-10T"
    store_events(
        acme.dataset_id(),
        [
            page_view(f"{day}11:20", visitor=1), page_view(f"{day}11:40", "/a", visitor=1),
            page_view(f"{day}11:20", visitor=2), page_view(f"{day}11:45", "/a", visitor=2),
            page_view(f"{day}11:20", visitor=3), page_view(f"{day}11:25", "/a", visitor=3),
            page_view(f"{day}11:57", visitor=4),
        ],
    )  # fmt: skip
    asked = {"metrics": ["visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration"]}
    url = "/api/v1/analytics/query?workspace=acme"

    now = as_owner.post(url, asked | {"period": "realtime"}, content_type="application/json").json()["totals"]
    alone = as_owner.post(url, {"metrics": ["visits"], "period": "realtime"}, content_type="application/json").json()
    day_ = as_owner.post(url, asked | {"period": "day"}, content_type="application/json").json()["totals"]
    trend = as_viewer.get("/w/acme/reports/trends/?period=realtime&s=visits").content.decode()
    facts = as_viewer.get("/w/acme/reports/realtime/").context["facts"]

    # 2 + 2 + 1 views of three visits, one of which bounces; 20, 25 and 0 minutes.
    assert now == {
        "visitors": 3, "visits": 3, "views_per_visit": 1.67, "bounce_rate": pytest.approx(100 / 3),
        "visit_duration": 900,
    }  # fmt: skip
    assert alone["totals"] == {"visits": 3}
    assert {each.label: each.value for each in facts} == {
        "Here now": "1", "Visitors": "3", "Visits": "3", "Page views": "3", "Events": "3",
    }  # fmt: skip
    assert (day_["visitors"], day_["visits"]) == (4, 4)
    assert [row[:2] for row in Text(trend.split("Totals of")[1].split("</table>")[0]).rows[1:]] == [["Visits", "3"]]
