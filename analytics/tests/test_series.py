"""Series: every bucket of the workspace's clock, also the quiet ones, and the comparison beside it."""

from datetime import timedelta

import pytest

from analytics.query import run
from analytics.query.model import QueryError, Row
from analytics.tests.world import click, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store")


def happened(rows: list[Row], metric: str) -> dict[str, float | None]:
    """The buckets in which something did."""
    return {row.keys[0]: row.values[metric] for row in rows if row.values[metric]}


def in_zone(workspace, zone):
    workspace.timezone = zone
    return workspace


def test_quiet_hours_are_zeros_and_rates_of_nothing_are_nothing(acme):
    store_events(acme.dataset_id(), [page_view("10:00"), page_view("10:20")])

    rows = run(page(acme).query("pageviews", "visits", "bounce_rate", interval="hour"), NOW).rows

    assert len(rows) == 24
    assert rows[10].values == {"pageviews": 2, "visits": 1, "bounce_rate": 0.0}
    assert rows[11].values == {"pageviews": 0, "visits": 0, "bounce_rate": None}
    assert not any(row.partial for row in rows)


def test_the_running_hour_is_partial_and_later_hours_say_nothing(acme):
    store_events(acme.dataset_id(), [page_view("2026-03-10T11:59")])

    rows = run(page(acme, "period=day").query("visitors", interval="hour"), NOW).rows

    assert [(row.values["visitors"], row.partial) for row in rows[11:14]] == [(1, False), (0, True), (None, True)]


def test_hours_of_kathmandu_start_at_a_quarter_past_ours(acme):
    # 18:14 UTC is 23:59 there, 18:15 UTC is midnight of the 9th.
    store_events(acme.dataset_id(), [page_view("2026-03-08T18:14"), page_view("2026-03-08T18:15", visitor=2)])
    store_events(
        acme.dataset_id(), [page_view("2026-03-08T19:14", visitor=3), page_view("2026-03-08T19:15", visitor=4)]
    )

    rows = run(page(in_zone(acme, "Asia/Kathmandu")).query("pageviews", interval="hour"), NOW).rows

    assert happened(rows, "pageviews") == {"2026-03-09T00:00:00+05:45": 2, "2026-03-09T01:00:00+05:45": 1}


def test_days_of_st_johns_end_half_past_two_in_summer(acme):
    query = "period=custom&from=2025-07-01&to=2025-07-02"
    store_events(acme.dataset_id(), [page_view("2025-07-02T02:29"), page_view("2025-07-02T02:30", visitor=2)])

    rows = run(page(in_zone(acme, "America/St_Johns"), query).query("visits", interval="day"), NOW).rows

    assert happened(rows, "visits") == {"2025-07-01T00:00:00-02:30": 1, "2025-07-02T00:00:00-02:30": 1}


def test_an_hour_that_comes_twice_is_counted_as_two(acme):
    query = "period=custom&from=2025-10-26&to=2025-10-26"
    store_events(acme.dataset_id(), [page_view("2025-10-26T00:30"), page_view("2025-10-26T01:30", visitor=2)])

    rows = run(page(in_zone(acme, "Europe/Berlin"), query).query("visitors", interval="hour"), NOW).rows

    assert len(rows) == 25
    assert happened(rows, "visitors") == {"2025-10-26T02:00:00+02:00": 1, "2025-10-26T02:00:00+01:00": 1}


def test_a_day_in_spring_has_23_hours_and_loses_nothing(acme):
    query = "period=custom&from=2025-03-30&to=2025-03-30"
    store_events(acme.dataset_id(), [page_view("2025-03-30T00:59"), page_view("2025-03-30T01:00", visitor=2)])

    result = run(page(in_zone(acme, "Europe/Berlin"), query).query("pageviews", interval="hour"), NOW)

    assert len(result.rows) == 23
    assert happened(result.rows, "pageviews") == {"2025-03-30T01:00:00+01:00": 1, "2025-03-30T03:00:00+02:00": 1}
    assert result.totals == {"pageviews": 2}


def test_a_visitor_is_there_in_every_hour_of_the_visit_which_counts_once(acme):
    store_events(
        acme.dataset_id(), [page_view("09:50"), click("10:10"), click("10:30"), click("10:55"), click("11:05")]
    )

    result = run(page(acme).query("visitors", "visits", interval="hour"), NOW)

    assert [row.values for row in result.rows[9:12]] == [
        {"visitors": 1, "visits": 1},
        {"visitors": 1, "visits": 0},
        {"visitors": 1, "visits": 0},
    ]
    assert result.totals == {"visitors": 1, "visits": 1}


def test_a_visit_over_midnight_brings_its_visitor_to_both_days_and_each_agrees_with_its_own_total(acme):
    store_events(acme.dataset_id(), [page_view("2026-03-08T23:50"), page_view("2026-03-09T00:10")])
    both = page(acme, "period=custom&from=2026-03-08&to=2026-03-09")

    rows = run(both.query("visitors", "visits", interval="day"), NOW).rows

    assert [row.values for row in rows] == [{"visitors": 1, "visits": 1}, {"visitors": 1, "visits": 0}]
    assert run(page(acme).query("visitors"), NOW).totals == {"visitors": 1}


def test_the_comparison_stands_beside_its_bucket(acme):
    store_events(
        acme.dataset_id(), [page_view("2026-03-08T10:00"), page_view("10:00", visitor=2), page_view("10:01", visitor=3)]
    )

    result = run(page(acme, "compare=previous").query("visitors", interval="hour"), NOW)

    row = result.rows[10]
    assert (row.values, row.before) == ({"visitors": 2}, {"visitors": 1})
    assert (result.totals, result.totals_before) == ({"visitors": 2}, {"visitors": 1})


def test_a_year_apart_nothing_between_the_periods_is_counted(acme):
    store_events(
        acme.dataset_id(),
        [page_view("2025-03-10T10:00"), page_view("2025-07-01T10:00"), page_view("2026-03-09T10:00", visitor=2)],
    )

    result = run(page(acme, "compare=year").query("visitors", "visits", "pageviews", interval="hour"), NOW)

    # The Monday 52 weeks before.
    assert (result.totals, result.totals_before) == (
        {"visitors": 1, "visits": 1, "pageviews": 1},
        {"visitors": 1, "visits": 1, "pageviews": 1},
    )
    assert sum(row.before["visitors"] for row in result.rows if row.before) == 1


def test_groups_of_which_only_the_comparison_knows_are_none_of_this_period(acme):
    store_events(
        acme.dataset_id(),
        [page_view("2026-03-08T10:00", "/old"), page_view("10:00", "/new"), page_view("11:00", "/new")],
    )

    result = run(page(acme, "compare=previous").query("pageviews", dimensions=("page",)), NOW)

    assert [(row.keys, row.values, row.before) for row in result.rows] == [
        (("/new",), {"pageviews": 2}, {"pageviews": 0})
    ]
    assert result.group_count == 1


def test_rows_come_in_slices_largest_first_and_know_how_many_there_are(acme):
    store_events(
        acme.dataset_id(),
        [page_view("10:00", "/a"), page_view("10:01", "/b"), page_view("10:02", "/b"), page_view("10:03", "/c")],
    )
    asked = page(acme)

    first = run(asked.query("pageviews", dimensions=("page",), limit=2), NOW)
    second = run(asked.query("pageviews", dimensions=("page",), limit=2, offset=2), NOW)
    smallest = run(asked.query("pageviews", dimensions=("page",), limit=1, order_by=("pageviews", "asc")), NOW)

    assert [row.keys[0] for row in first.rows] == ["/b", "/a"]
    assert [row.keys[0] for row in second.rows] == ["/c"]
    assert (first.group_count, second.group_count) == (3, 3)
    assert [row.keys[0] for row in smallest.rows] == ["/a"]


@pytest.mark.parametrize(
    ("metrics", "others", "message"),
    [
        (
            ("bounce_rate",),
            {"dimensions": ("page",)},
            "'bounce_rate' cannot be broken down by 'page', which tells events apart",
        ),
        (("pageviews",), {"dimensions": ("entry_page",)}, "'pageviews' cannot be broken down by 'entry_page'"),
        (("exit_rate",), {"dimensions": ("country",)}, "ask for it with the dimension 'page'"),
        (("visitors",), {"dimensions": ("country", "device"), "interval": "day"}, "broken down by one dimension"),
        (
            ("visits", "exit_rate"),
            {"dimensions": ("page",), "order_by": ("exit_rate", "desc")},
            "Order by another metric",
        ),
    ],
)
def test_questions_without_an_answer_say_why(acme, metrics, others, message):
    with pytest.raises(QueryError, match=message):
        run(page(acme).query(*metrics, **others), NOW)


def test_all_time_starts_with_the_first_visit_or_where_there_is_none_with_the_workspace(acme):
    in_zone(acme, "Europe/Berlin")
    acme.created_at = NOW - timedelta(days=3)
    assert page(acme, "period=all").period.start.isoformat() == "2026-03-07T00:00:00+01:00"

    store_events(acme.dataset_id(), [page_view("2026-01-01T09:00", visitor=2), page_view("2025-11-30T23:30")])

    found = page(acme, "period=all")
    assert found.period.start.isoformat() == "2025-12-01T00:00:00+01:00"
    assert run(found.query("visits"), NOW).totals == {"visits": 2}


def test_a_running_day_is_compared_with_the_day_before_up_to_now(acme):
    before_noon, after_noon = page_view("2026-03-09T11:59"), page_view("2026-03-09T12:01", visitor=2)
    store_events(acme.dataset_id(), [before_noon, after_noon, page_view("2026-03-10T11:00", visitor=3)])

    result = run(page(acme, "period=day&compare=previous").query("visitors", "pageviews"), NOW)

    assert (result.totals, result.totals_before) == ({"visitors": 1, "pageviews": 1}, {"visitors": 1, "pageviews": 1})
