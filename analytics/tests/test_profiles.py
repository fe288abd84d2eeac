"""Visits cut as other tools cut them, on worlds small enough to count by head."""

import pytest

from analytics.reports.profiles import METRICS, profiled
from analytics.tests.world import Sent, goal, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")


def numbers(workspace, query: str, name: str) -> dict[str, float | None]:
    found = {each.profile.name: each.values for each in profiled(page(workspace, query).query(compare=None), NOW)}
    return {profile: values[name] for profile, values in found.items()}


def test_midnight_and_hours_cut_visits_for_some_and_not_for_others(acme):
    # One walk over midnight of UTC, 25 minutes between steps: two in each of two hours; and noon.
    store_events(
        acme.dataset_id(),
        [
            page_view("2026-03-08T23:20"), page_view("2026-03-08T23:45"),
            page_view("2026-03-09T00:10"), page_view("2026-03-09T00:35"), page_view("2026-03-09T12:00"),
        ],
    )  # fmt: skip
    days = "period=custom&from=2026-03-08&to=2026-03-09"

    assert numbers(acme, days, "visits") == {"metricpal": 2, "plausible": 2, "matomo": 3, "ga4": 2, "umami": 3}
    assert numbers(acme, days, "visitors") == {"metricpal": 1, "plausible": 2, "matomo": 1, "ga4": 1, "umami": 1}


def test_a_bot_s_events_change_no_visit_of_people(acme):
    bot = {"bot": "Automated browser"}
    sent = [page_view("10:00", client=bot), page_view("10:00"), page_view("10:25", client=bot), page_view("10:50")]
    store_events(acme.dataset_id(), sent)

    # Two page views 50 minutes apart, whatever a program did there meanwhile.
    assert numbers(acme, "", "visits") == {"metricpal": 2, "plausible": 2, "matomo": 2, "ga4": 2, "umami": 1}
    assert set(numbers(acme, "", "visitors").values()) == {1}
    assert numbers(acme, "bots=1", "visits") == {"metricpal": 3, "plausible": 3, "matomo": 3, "ga4": 3, "umami": 2}


def test_midnight_is_that_of_the_sites_zone(acme):
    acme.timezone = "Asia/Kolkata"
    store_events(acme.dataset_id(), [page_view("2026-03-08T18:20"), page_view("2026-03-08T18:40")])  # 23:50, 00:10

    assert numbers(acme, "period=7d", "visits")["matomo"] == 2


def test_what_a_bounce_is_differs(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", visitor=1),  # looked for 12 seconds
            Sent("10:00:12", "scroll"), Sent("10:00:12", "page_exit", "/", 1, fields={"engaged_ms": 12_000}),
            page_view("11:00", visitor=2), goal("11:00:05", "signup", 2),  # reached a goal at once
            page_view("12:00", visitor=3),  # nothing else
            page_view("13:00", visitor=4), page_view("13:01", "/a", visitor=4),
        ],
    )  # fmt: skip

    assert numbers(acme, "", "bounce_rate") == {
        "metricpal": 25.0,  # visitor 3
        "plausible": 50.0,  # 1 and 3: looking is no event of one's own
        "matomo": 25.0,  # 3 alone has a single action
        "ga4": 25.0,  # 1 stayed for over ten seconds, 2 reached a goal
        "umami": 75.0,  # everybody with one page view
    }


def test_ours_is_what_the_overview_counts_also_where_a_tab_is_closed_late(acme, as_owner):
    store_events(
        acme.dataset_id(),
        [
            # From 10:00:00 until the tab is closed, 100 s; the last page came after 40 s.
            page_view("10:00"), page_view("10:00:40", "/a"), Sent("10:01:40", "page_exit", "/a"),
            # 20 s of one page, told by the end of the session: nothing was done, and it was hardly looked at.
            page_view("11:00", visitor=2), Sent("11:00:20", "session_end", "/", 2),
            # Closed an hour later: that lengthens nothing.
            page_view("12:00", visitor=3), Sent("13:00", "page_exit", "/", 3),
            # A goal without a page view is a visit, but no bounce nor anything to be a share of.
            goal("14:00", "signup", 4),
            # Over the midnight before the period: a visitor of it, whose visit is the day before's.
            page_view("2026-03-08T23:50", visitor=5), page_view("00:10", "/a", visitor=5),
        ],
    )  # fmt: skip
    state = "workspace=acme&period=yesterday&compare=off"
    asked = {"metrics": [*METRICS, "pageviews"], "period": "yesterday"}

    told = as_owner.get(f"/api/v1/analytics/profiles?{state}").json()["profiles"][0]["values"]
    overview = as_owner.post("/api/v1/analytics/query?workspace=acme", asked, content_type="application/json").json()

    assert told == {
        "visitors": 5, "visits": 4, "views_per_visit": 1.0, "bounce_rate": pytest.approx(200 / 3), "visit_duration": 30,
    }  # fmt: skip
    assert overview["totals"] == told | {"pageviews": 5}
    # In theirs who closes a tab does nothing: 40 s of four visits, or of five where midnight or the hour cuts one.
    assert numbers(acme, "", "visit_duration") == {"metricpal": 30, "plausible": 10, "matomo": 8, "ga4": 10, "umami": 8}


def test_a_condition_on_pages_chooses_visits_that_stay_whole_in_every_column(acme):
    store_events(acme.dataset_id(), [page_view("10:00"), page_view("10:00:20", "/a"), page_view("11:00", visitor=2)])

    assert set(numbers(acme, "f=is,page,/a", "views_per_visit").values()) == {2.0}
    assert set(numbers(acme, "f=is,page,/a", "bounce_rate").values()) == {0.0}


def test_the_page_shows_a_tool_and_how_far_it_is_from_ours(acme, as_viewer):
    store_events(acme.dataset_id(), [page_view("08:55"), page_view("09:05")])

    html = as_viewer.get("/w/acme/reports/definitions/?period=yesterday&tool=umami").content.decode()
    csv = as_viewer.get("/w/acme/reports/definitions.csv?period=yesterday").content.decode()

    assert "+100\u202f% against ours" in html  # two visits for our one
    assert csv.splitlines()[-1] == "Umami,1.0,2.0,1.0,100.0,0.0"


def test_filters_and_neighbours_are_left_out_as_everywhere(acme, globex):
    store_events(globex.dataset_id(), [page_view("10:00", visitor=9)])
    store_events(acme.dataset_id(), [page_view("10:00", client={"country": "DE"}), page_view("10:00", visitor=2)])

    assert set(numbers(acme, "f=is,country,DE", "visits").values()) == {1}


def test_a_period_without_visits_has_no_rates(acme):
    found = numbers(acme, "period=custom&from=2026-01-01&to=2026-01-01", "bounce_rate")

    assert set(found.values()) == {None}
