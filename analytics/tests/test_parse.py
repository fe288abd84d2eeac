"""What came in becomes a question, or a sentence that says what to write instead."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.query.catalogue import DIMENSIONS, METRICS, OPERATORS
from analytics.query.filter_text import from_text, to_text
from analytics.query.model import Filter, Query, QueryError
from analytics.query.page import PageQuery
from analytics.query.parse import from_json, from_params
from workspaces.models import Workspace

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BERLIN = Workspace(id=7, slug="acme", timezone="Europe/Berlin", created_at=NOW - timedelta(days=400))


def page(query: str) -> PageQuery:
    return from_params(QueryDict(query), BERLIN, NOW)


def question(**data: Any) -> Query:
    return from_json(data, BERLIN, NOW)


def test_an_empty_address_shows_28_days_with_the_period_before():
    found = page("")

    assert (found.period.key, found.metric, found.interval, found.environment) == ("28d", "visitors", "day", "live")
    assert found.dataset_id == 14
    assert found.compare is not None
    assert found.url() == "?"


def test_test_data_is_another_dataset():
    assert page("env=test").dataset_id == 15


def test_the_address_of_the_documentation_is_understood_and_written_the_same():
    address = "?f=is,page,/docs&f=is,country,DE%7CFR&compare=year&interval=week&metric=visits&env=test&bots=1"

    found = page(address[1:])

    assert found.filters == (Filter("page", "is", ("/docs",)), Filter("country", "is", ("DE", "FR")))
    assert found.url() == address


def test_dates_alone_make_a_period_with_both_days_in_it():
    found = page("from=2026-03-01&to=2026-03-02").period

    assert (found.key, found.start.isoformat(), found.end.isoformat()) == (
        "custom", "2026-03-01T00:00:00+01:00", "2026-03-03T00:00:00+01:00",
    )  # fmt: skip


def test_another_period_drops_what_belonged_to_the_old_one():
    found = page("period=custom&from=2026-03-01&to=2026-03-08&interval=hour&metric=visits")

    assert found.url(period="7d") == "?metric=visits&period=7d"
    assert found.url(period="28d", metric=None) == "?"
    assert found.url(format="csv").endswith("&format=csv")


def test_an_interval_that_does_not_suit_gives_way_to_the_usual_one():
    assert page("period=12mo&interval=hour").interval == "month"


def test_filters_are_added_once_and_taken_away_by_number():
    found = page("f=is,country,DE").with_filter("page", "/a,b|c").with_filter("country", "DE")

    assert found.url() == "?f=is,country,DE&f=is,page,/a%5C,b%5C%7Cc"
    assert found.without_filter(0).url() == "?f=is,page,/a%5C,b%5C%7Cc"
    assert found.without_filters().url() == "?"


def test_arrows_lead_to_the_periods_beside_but_not_into_the_future():
    assert page("period=7d").previous_url() == "?period=custom&from=2026-02-24&to=2026-03-02"
    assert page("period=7d").next_url() == "?period=custom&from=2026-03-10&to=2026-03-16"
    assert page("period=day").next_url() is None
    assert page("period=realtime").previous_url() is None


VALUES = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3).map(tuple)
FILTERS = st.builds(
    Filter, st.sampled_from([*DIMENSIONS, "prop:plan", "prop:a.b c"]), st.sampled_from(list(OPERATORS)), VALUES
)


@given(FILTERS)
def test_a_filter_survives_the_way_through_text_whatever_its_values(original):
    assert from_text(to_text(original)) == original


@settings(max_examples=200)
@given(
    st.lists(FILTERS, max_size=4, unique=True),
    st.sampled_from(["7d", "28d", "day", "month", "12mo", "custom&from=2026-01-01&to=2026-01-31"]),
    st.sampled_from(["previous", "year", "off", "custom&compare_from=2025-01-01&compare_to=2025-01-31"]),
    st.sampled_from(["weekday", "date"]),
    st.sampled_from(["minute", "hour", "day", "week", "month"]),
    st.sampled_from(list(METRICS)),
    st.sampled_from(["live", "test"]),
    st.booleans(),
)
def test_a_page_survives_the_way_through_its_address(filters, period, compare, match, interval, metric, env, bots):
    found = page(
        f"period={period}&compare={compare}&match={match}&interval={interval}&metric={metric}&env={env}&bots={bots:d}"
    )
    for each in filters:
        found = found.with_filter(each.dimension, *each.values, operator=each.operator)

    again = page(found.url()[1:])

    assert again == found
    assert again.url() == found.url()


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        (
            "metric=vistors",
            "metrics",
            "Unknown metric 'vistors'. Did you mean 'visitors'? Choose from: visitors, visits",
        ),
        ("period=fortnight", "period", "Unknown period 'fortnight'. Choose from: realtime, 24h, day"),
        (
            "compare=lastyear",
            "compare",
            "Unknown comparison 'lastyear'. Did you mean 'year'? Choose from: previous, year, custom, off.",
        ),
        ("interval=fortnight", "interval", "Choose from: minute, hour, day, week, month."),
        ("env=prod", "env", "Unknown environment 'prod'. Choose from: live, test."),
        ("from=2026-13-01&to=2026-12-31", "from", "Give from and to as dates, such as from=2026-01-01&to=2026-01-31."),
        ("from=2026-03-02&to=2026-03-01", "to", "to must not lie before from"),
        ("from=1900-01-01&to=2026-03-01", "to", "more than 3660 days"),
        (
            "f=page",
            "filters",
            "'page' is not a filter. Write a filter as operator,dimension,value: for example is,page,/docs",
        ),
        ("f=eq,page,/docs", "filters", "Unknown operator 'eq'. Choose from: is, is_not, contains, contains_not."),
        ("f=is,contry,DE", "filters", "Unknown dimension 'contry'. Did you mean 'country'?"),
        ("f=is,prop:a(b),x", "filters", "Write prop: and its key, such as prop:plan"),
        ("f=contains,page,", "filters", "Give 'contains' something to look for"),
        (
            "compare=custom&compare_from=2026-03-01&compare_to=2026-03-01",
            "compare",
            "The comparison overlaps the period.",
        ),
    ],
)
def test_what_cannot_be_understood_says_what_to_write(query, field, message):
    with pytest.raises(QueryError) as refused:
        page(query)

    assert message in str(refused.value)
    assert refused.value.field == field


def test_a_question_in_json():
    found = question(
        metrics=["visitors", "pageviews"], dimensions=["page", "prop:plan"],
        period={"from": "2026-01-01", "to": "2026-01-31"},
        filters=[["is_not", "country", ["DE", "FR"]]], compare="previous", match="date", order_by=["pageviews", "asc"],
        limit=5, offset=10, bots=True,
    )  # fmt: skip

    assert found.metrics == ("visitors", "pageviews")
    assert found.dimensions == ("page", "prop:plan")
    assert found.filters == (Filter("country", "is_not", ("DE", "FR")),)
    assert found.compare is not None
    assert (found.compare.start.isoformat(), found.compare.end.isoformat()) == (
        "2025-12-01T00:00:00+01:00", "2026-01-01T00:00:00+01:00",
    )  # fmt: skip
    assert (found.order_by, found.limit, found.offset, found.bots) == (("pageviews", "asc"), 5, 10, True)


def test_a_question_without_anything_is_one_about_visitors():
    assert question() == Query(14, "Europe/Berlin", page("").period, ("visitors",))


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"metric": "visitors"}, "metric", "Unknown field 'metric'. Did you mean 'metrics'?"),
        ({"metrics": "visitors"}, "metrics", 'metrics is a list, such as "metrics": [].'),
        ({"metrics": ["visitrs"]}, "metrics", "Did you mean 'visitors'?"),
        ({"dimensions": ["pages"]}, "dimensions", "Did you mean 'page'?"),
        (
            {"filters": ["is,page,/"]},
            "filters",
            'A filter is operator, dimension and a list of values: ["is", "page", ["/docs"]].',
        ),
        ({"filters": [["is", "page", []]]}, "filters", "A filter takes 1 to 100 values"),
        ({"filters": [["is", "page", ["/"]]] * 21}, "filters", "At most 20 filters"),
        ({"limit": 1001}, "limit", "limit is a whole number from 1 to 1000."),
        ({"limit": True}, "limit", "limit is a whole number"),
        ({"offset": "3"}, "offset", "offset is a whole number"),
        (
            {"order_by": ["visits", "desc"]},
            "order_by",
            'a metric or dimension that is asked for, and a direction: ["visitors", "desc"].',
        ),
        ({"period": {"from": "2026-01-01"}}, "from", "Give from and to as dates"),
        ({"compare": "custom"}, "compare", "Unknown comparison 'custom'"),
        ({"interval": "year"}, "interval", "Unknown interval 'year'"),
    ],
)
def test_json_that_cannot_be_understood_says_what_to_send(data, field, message):
    with pytest.raises(QueryError) as refused:
        question(**data)

    assert message in str(refused.value)
    assert refused.value.field == field


def test_json_that_is_no_object_is_told_the_shape():
    with pytest.raises(QueryError, match="Send a JSON object"):
        from_json(["visitors"], BERLIN, NOW)
