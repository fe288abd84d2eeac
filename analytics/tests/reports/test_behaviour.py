"""Lifecycle, stickiness and paths as people meet them."""

import json

import pytest

from analytics.tests.world import Sent, page_view, store_events

JSON = "application/json"
DAYS = "from=2026-03-07&to=2026-03-09"


def active(day: str, visitor: int) -> Sent:
    return Sent(f"2026-03-{day}T12:00", "custom", "/", visitor, "export")


@pytest.fixture
def lives(event_store, acme, clock):
    """1 comes on the 6th, 7th and 9th; 2 on the 8th; 3 on the 1st and the 9th."""
    people = [active("06", 1), active("07", 1), active("09", 1), active("08", 2), active("01", 3), active("09", 3)]
    store_events(acme.dataset_id(), people)


@pytest.fixture
def visits(event_store, acme, clock):
    """Two go from / over /docs/a or /docs/b to /pricing; one from / straight to /pricing and back."""
    ways = [["/", "/docs/a", "/pricing"], ["/", "/docs/b", "/pricing"], ["/", "/pricing", "/"]]
    store_events(
        acme.dataset_id(),
        [
            page_view(f"1{visitor}:0{n}", path, visitor)
            for visitor, way in enumerate(ways)
            for n, path in enumerate(way)
        ],
    )


def get(client, acme, report, query):
    return client.get(f"/api/v1/analytics/{report}?workspace={acme.uid}&{query}")


def test_each_person_is_in_one_state_a_day(as_analyst, acme, lives):
    buckets = get(as_analyst, acme, "lifecycle", f"{DAYS}&interval=day").json()["buckets"]

    states = [[each[state] for state in ("new", "returning", "resurrected", "dormant")] for each in buckets]
    # 7th: 1 was here the day before. 8th: 2 is new, 1 is away. 9th: 1 and 3 are back, 2 is away.
    assert states == [[0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 2, 1]]
    assert [each["pulse"] for each in buckets] == [None, 1.0, 2.0]


def test_on_how_many_days_people_came(as_analyst, acme, lives):
    answer = get(as_analyst, acme, "stickiness", f"{DAYS}&interval=day").json()

    assert (answer["people"], answer["exact"], answer["cumulative"]) == (3, [2, 1, 0], [3, 1, 0])
    # Six days with one person each in thirty, and one more person on the 9th: 6 / 30 of a person a day, of 3 people.
    assert (answer["dau"], answer["wau"], answer["mau"]) == (pytest.approx(0.2), 3, 3)
    assert answer["dau_mau"] == pytest.approx(100 * 0.2 / 3)


@pytest.mark.parametrize(
    ("days", "clipped", "said"),
    [
        ("from=2026-02-02&to=2026-03-08", 0, None),  # Monday to Sunday
        ("from=2026-02-02&to=2026-03-09", 1, "Of one week the period has some days only"),
        ("from=2026-02-07&to=2026-03-09", 2, "Of two weeks the period has some days only"),
    ],
)
def test_weeks_of_which_the_period_has_some_days_only_are_told(as_analyst, acme, lives, days, clipped, said):
    answer = get(as_analyst, acme, "stickiness", f"{days}&interval=week").json()
    html = as_analyst.get(f"/w/acme/reports/stickiness/?period=custom&{days}&interval=week").content.decode()

    assert answer["clipped"] == clipped
    assert said in html if said else "some days only" not in html


def test_paths_go_from_page_to_page(as_analyst, acme, visits):
    answer = get(as_analyst, acme, "paths", "period=yesterday").json()

    names = [(each["step"], each["label"], each["visits"], each["ended"]) for each in answer["nodes"]]
    assert names[:4] == [(1, "/", 3, 0), (2, "/docs/a", 1, 0), (2, "/docs/b", 1, 0), (2, "/pricing", 1, 0)]
    assert names[4:] == [(3, "/", 1, 1), (3, "/pricing", 2, 2)]


def test_pages_of_a_pattern_are_one(as_analyst, acme, visits):
    body = {"group": ["/docs/*"], "end": "/pricing", "steps": 3, "period": "yesterday"}
    answer = as_analyst.post(f"/api/v1/analytics/paths?workspace={acme.uid}", json.dumps(body), JSON).json()

    names = {(each["step"], each["label"]): each["visits"] for each in answer["nodes"]}
    assert names == {(1, "/"): 2, (2, "/docs/*"): 2, (2, "/"): 1, (3, "/pricing"): 3}


@pytest.mark.parametrize("report", ["lifecycle", "stickiness", "paths", "funnel", "retention"])
def test_page_and_csv_stand(as_analyst, acme, lives, visits, report):
    page = as_analyst.get(f"/w/{acme.slug}/reports/{report}/?{DAYS}")
    csv = as_analyst.get(f"/w/{acme.slug}/reports/{report}.csv?{DAYS}")

    assert (page.status_code, csv.status_code) == (200, 200)
    assert "The numbers" in page.content.decode() or "<caption" in page.content.decode()
    assert len(csv.content.decode().splitlines()) > 1


@pytest.mark.parametrize("report", ["lifecycle", "stickiness", "paths", "funnel", "retention"])
def test_an_empty_workspace_says_what_to_do(as_analyst, acme, event_store, clock, report):
    assert "Choose another" in as_analyst.get(f"/w/{acme.slug}/reports/{report}/").content.decode()


@pytest.mark.parametrize("report", ["lifecycle", "stickiness", "paths", "retention"])
def test_nothing_of_a_neighbour_is_seen(as_analyst, acme, globex, lives, visits, report):
    mine = get(as_analyst, acme, report, DAYS).json()
    store_events(globex.dataset_id(), [active("08", 9), page_view("10:00", "/secret", 9)])

    assert get(as_analyst, acme, report, DAYS).json() | {"as_of": 0} == mine | {"as_of": 0}


@pytest.mark.parametrize(
    "query, says",
    [
        ("start=/a&end=/b", "not both"),
        ("steps=1", "steps is a whole number from 2 to 10"),
        ("of=shoes", "Choose from: pages, events"),
    ],
)
def test_who_asks_wrong_is_told_what_to_write(as_analyst, acme, event_store, query, says):
    answer = get(as_analyst, acme, "paths", query)

    assert (answer.status_code, says in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("report", ["lifecycle", "stickiness", "paths", "funnel", "retention"])
def test_a_viewer_reads_none_of_it(as_viewer, acme, report):
    assert get(as_viewer, acme, report, "step=is,event,a&step=is,event,b").status_code in {403, 404}


@pytest.fixture
def weeks(event_store, acme, clock):
    """1 to 3 come on Tuesday the 17th of February, 3 on Sunday the 22nd too; 1, 3 and, new, 4 on Wednesday the 25th."""
    days = [("17", 1), ("17", 2), ("17", 3), ("22", 3), ("25", 1), ("25", 3), ("25", 4)]
    sent = [Sent(f"2026-02-{day}T12:00", "custom", "/", visitor, "export") for day, visitor in days]
    store_events(acme.dataset_id(), sent)


@pytest.mark.parametrize("first", ["2026-02-16", "2026-02-18", "2026-02-22", "2026-02-23"])
def test_a_week_has_the_same_numbers_in_every_period(as_analyst, acme, weeks, first):
    """Monday the 23rd: 1 and 3 return, 4 is new, 2 stays away, also where the period has one day of the week before."""
    buckets = get(as_analyst, acme, "lifecycle", f"from={first}&to=2026-03-10&interval=week").json()["buckets"]

    (week,) = (each for each in buckets if each["start"].startswith("2026-02-23"))
    assert [week[state] for state in ("new", "returning", "resurrected", "dormant")] == [1, 2, 0, 1]


def test_a_week_that_the_period_begins_in_counts_its_days_and_says_so(as_analyst, acme, weeks):
    """Of the week's three new people, 3 came on the Sunday that the period begins with."""
    when = "from=2026-02-22&to=2026-03-10&interval=week"
    first, second, *_ = get(as_analyst, acme, "lifecycle", when).json()["buckets"]
    page = as_analyst.get(f"/w/{acme.slug}/reports/lifecycle/?{when}").content.decode()
    lines = as_analyst.get(f"/w/{acme.slug}/reports/lifecycle.csv?{when}").content.decode().splitlines()
    behind = as_analyst.get(f"/w/{acme.slug}/reports/lifecycle/behind/?{when}&row=0&column=1").content.decode()

    assert [first[state] for state in ("new", "returning", "resurrected", "dormant")] == [1, 0, 0, 0]
    assert (first["clipped"], second["clipped"]) == (True, False)
    assert page.count("(the period's days only)") == 1
    assert [line.split(",")[1:5] for line in lines[1:3]] == [["1", "0", "0", "0"], ["1", "2", "0", "1"]]
    assert "1–1 of 1" in behind
