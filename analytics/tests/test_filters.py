"""Every filter and every breakdown against a brute-force oracle, on 300 random events of 40 visitors in three days."""

import random

import pytest

from analytics.query import run_many, statements, usual
from analytics.query.catalogue import DIMENSIONS, METRICS, OPERATORS
from analytics.query.model import Filter, Query, Result, Row
from analytics.tests.oracle import Oracle, fits
from analytics.tests.world import Sent, page, store_events
from config.testing.world import NOW
from tracking.events import EventType

NAMES = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration", "engaged_time", "api_requests",
         "api_server_errors", "api_latency_p95"]  # fmt: skip
DIMENSION_NAMES = [*DIMENSIONS, "prop:plan", "prop:with space.and-dots"]
CAMPAIGN = "?utm_source=news&utm_medium=mail&utm_campaign=May,2&utm_term=term&utm_content=content"
PAIRS = [
    (Filter("page", "is", ("/", "/docs")), Filter("country", "is_not", ("DE",))),
    (Filter("page", "is", ("/docs",)), Filter("event", "is", ("page_view",))),
    (Filter("entry_page", "contains", ("doc",)), Filter("goal", "is", ("signup", "purchase"))),
    (Filter("exit_page", "is_not", ("/",)), Filter("source", "is", ("Google", "Bing"))),
    (Filter("prop:plan", "is", ("pro",)), Filter("browser_version", "contains", ("Firefox",))),
]


def random_events(seed: int) -> list[Sent]:
    """Some values are missing, some differ only in case, some visits cross midnight and the edges of the period."""
    pick = random.Random(seed)
    people = {visitor: _client(pick) for visitor in range(1, 41)}
    sent = []
    for _ in range(90):
        visitor, minute = pick.choice(list(people)), pick.randrange(3 * 1440)
        origin = pick.choice(
            ["", "https://www.google.com/", "https://www.bing.com/search", "https://Blog.example/Post"]
        )
        for _ in range(pick.choice([1, 1, 4, 9])):
            sent.append(_event(pick, visitor, minute, people[visitor], origin))
            minute, origin = minute + pick.choice([0, 1, 5, 25]), ""
    return sent[:300]


def _client(pick: random.Random) -> dict[str, str]:
    choices = {
        "country": ["DE", "FR", "US", ""], "region": ["BY", ""], "city": ["Paris", ""],
        "browser": ["Firefox", "Chrome", ""], "browser_version": ["128", "129", ""], "os": ["iOS", "Linux"],
        "os_version": ["17", ""], "device": ["phone", "desktop"], "bot": ["", "", "", "Googlebot"],
    }  # fmt: skip
    return {name: pick.choice(values) for name, values in choices.items()}


def _event(pick: random.Random, visitor: int, minute: int, client: dict[str, str], origin: str) -> Sent:
    kind = pick.choice([EventType.PAGE_VIEW, EventType.PAGE_VIEW, *EventType])
    names = {"goal": ["signup", "purchase"], "custom": ["Opened", "a,b|c", "api_request", "api_request", "api_request"]}
    name = pick.choice(names.get(kind, [""]))
    props = pick.choice([{}, {"plan": "pro"}, {"plan": "Free", "with space.and-dots": "some value"}])
    return Sent(
        at=f"2026-03-{7 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:{pick.randrange(60):02}",
        type=kind,
        path=pick.choice(["/", "/docs", "/Docs/api", "/pricing"]),
        visitor=visitor,
        name=name,
        host=pick.choice(["acme.example", "docs.acme.example"]),
        query=pick.choice(["", "", CAMPAIGN]),
        client=client,
        fields={
            "props": props | (_request(pick) if name == "api_request" else {}),
            "referrer": origin,
            "title": pick.choice(["Docs", "docs & more", ""]),
            "language": pick.choice(["de", "en"]),
            "screen": pick.choice(["390x844", ""]),
            "engaged_ms": pick.choice([0, 0, 4000, 20_000]),
        },
    )


def _request(pick: random.Random) -> dict[str, str]:
    """The facts of an API request."""
    return {
        "method": pick.choice(["GET", "POST"]), "route": pick.choice(["/orders", "/users/:id"]),
        "status": pick.choice(["200", "404", "503"]), "duration_ms": str(pick.randrange(500)),
    }  # fmt: skip


@pytest.fixture
def world(event_store, acme):
    """The oracle, and the engine's question about the day in the middle with some more metrics or filters."""
    oracle = Oracle(store_events(acme.dataset_id(), random_events(seed=1)))
    day = page(acme, "period=custom&from=2026-03-08&to=2026-03-08&bots=1")
    return oracle, day


def said(result: Result) -> dict[str, float | None]:
    return {name: result.totals[name] for name in NAMES}


def test_the_random_world_is_worth_asking(world):
    oracle, day = world
    numbers = oracle.numbers(day.period, ())

    assert all(numbers.values())
    assert all(len(list(oracle.values(name))) > 1 for name in DIMENSION_NAMES)


def test_each_dimension_with_each_operator_gives_what_the_oracle_says(world):
    oracle, day = world
    asked: list[Query] = []
    for name in DIMENSION_NAMES:
        first, *others = oracle.values(name)
        part = max(others, key=len)[1:4]
        for operator in OPERATORS:
            values = (part, "no such") if operator.startswith("contains") else (first, others[-1])
            asked.append(day.query(*NAMES, filters=(Filter(name, operator, values),)))
    asked += [day.query(*NAMES, filters=pair) for pair in PAIRS]

    for query, result in zip(asked, run_many(asked, NOW), strict=True):
        assert said(result) == pytest.approx(oracle.numbers(query.period, query.filters)), query.filters


@pytest.mark.parametrize("operator", OPERATORS)
def test_what_most_visits_fit_is_asked_of_the_visit_first_and_gives_the_same(world, operator, monkeypatch):
    monkeypatch.setattr(usual, "MOST", 0)
    oracle, day = world
    host = Filter("host", operator, ("docs",) if operator.startswith("contains") else ("acme.example",))
    asked = [day.query(*NAMES, filters=each) for each in [(host,), (host, *PAIRS[0]), (host, PAIRS[3][1])]]

    assert any("session_id IN (SELECT session_id FROM sessions WHERE" in each.sql for each in statements(asked[0], NOW))
    for query, result in zip(asked, run_many(asked, NOW), strict=True):
        assert said(result) == pytest.approx(oracle.numbers(query.period, query.filters)), query.filters


def test_each_breakdown_gives_for_each_value_what_a_filter_on_it_gives(world):
    oracle, day = world
    for name in DIMENSION_NAMES:
        dimension = DIMENSIONS.get(name)
        of_events = dimension is None or dimension.of_events
        able = [each for each in NAMES if getattr(METRICS[each], "events" if of_events else "sessions")]
        [result] = run_many([day.query(*able, dimensions=(name,), limit=1000)], NOW)

        assert result.rows, name
        assert result.group_count == len(result.rows)
        for row in result.rows:
            expected = oracle.numbers(day.period, (Filter(name, "is", row.keys),))
            _agree(row, expected, able, of_events, name)


def _agree(row: Row, expected: dict[str, float | None], able: list[str], of_events: bool, name: str) -> None:
    # Seen from its events, a visit counts where they happened and not where it began.
    compared = [each for each in able if not (of_events and each in ("visits", "engaged_time"))]
    assert {each: row.values[each] for each in compared} == pytest.approx(
        {each: expected[each] for each in compared}
    ), (
        name,
        row.keys,
    )


def test_two_dimensions_make_groups_of_both(world):
    oracle, day = world
    [result] = run_many([day.query("visits", "pageviews", dimensions=("browser", "country"), limit=100)], NOW)

    assert {row.keys for row in result.rows if row.values["visits"]} == {
        (visit["browser"], visit["country"])
        for visit in oracle.visits.values()
        if day.period.start.timestamp() * 1000 <= visit["start"] < day.period.end.timestamp() * 1000
    }
    for row in result.rows:
        both = tuple(Filter(name, "is", (key,)) for name, key in zip(("browser", "country"), row.keys, strict=True))
        expected = oracle.numbers(day.period, both)
        assert row.values == {"visits": expected["visits"], "pageviews": expected["pageviews"]}


def test_without_case_contains_finds_what_is_does_not():
    row = {"path": "/Docs/api"}

    assert fits(row, Filter("page", "contains", ("docs",)))
    assert not fits(row, Filter("page", "is", ("/docs/api",)))


def test_a_hundred_long_values_still_fit_into_one_question(world):
    oracle, day = world
    long = tuple(f"/{n}/{'ä' * 1900}" for n in range(99))
    [result] = run_many([day.query(*NAMES, filters=(Filter("page", "is", ("/docs", *long)),))], NOW)

    assert said(result) == pytest.approx(oracle.numbers(day.period, (Filter("page", "is", ("/docs",)),)))
