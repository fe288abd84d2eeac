"""A page that counts as another tool does: every number of the engine over visits cut anew, against a plain loop."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query import run
from analytics.query.profiles import OURS, PROFILES
from analytics.tests.world import Sent, goal, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
OTHERS = [name for name in PROFILES if name != OURS]
METRICS = ("visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration")
# Over the change of clocks in Berlin, New York and Lord Howe (half an hour), a leap day and the end of a month.
EDGES = {
    "Europe/Berlin": "2026-03-28T20:00", "America/New_York": "2026-03-08T02:00",
    "Australia/Lord_Howe": "2026-04-04T10:00",
    "Asia/Kolkata": "2026-01-31T14:00", "UTC": "2024-02-29T20:00",
}  # fmt: skip


@dataclass
class Visit:
    events: list[Sent]

    def of(self, *types: str) -> int:
        return sum(each.type in types for each in self.events)


def cut(sent: list[Sent], name: str, zone: str) -> list[Visit]:
    """The visits of one visitor."""
    visits: list[Visit] = []
    for event in sorted(sent, key=lambda each: each.moment):
        begins = not visits or (
            event.type != "page_exit" and breaks(visits[-1].events[-1].moment, event.moment, name, zone)
        )
        if begins:
            visits.append(Visit([]))
        visits[-1].events.append(event)
    return [each for each in visits if any(event.type != "page_exit" for event in each.events)]


def breaks(before: datetime, now: datetime, name: str, zone: str) -> bool:
    if name == "umami":
        return before.replace(minute=0, second=0, microsecond=0) != now.replace(minute=0, second=0, microsecond=0)
    here = ZoneInfo(zone)
    is_night = name == "matomo" and before.astimezone(here).date() != now.astimezone(here).date()
    return now - before > timedelta(minutes=30) or is_night


def is_bounce(visit: Visit, name: str) -> bool:
    views, deeds, every = visit.of("page_view"), visit.of("goal", "click"), len(visit.events) - visit.of("page_exit")
    return {
        "plausible": views < 2 and not deeds,
        "matomo": views == 1 and every == 1,
        "ga4": lasted(visit) < 10 and views < 2 and not visit.of("goal"),
        "umami": views == 1,
    }[name]


def lasted(visit: Visit) -> float:
    moments = [each.moment for each in visit.events if each.type != "page_exit"]
    return (max(moments) - visit.events[0].moment).total_seconds()


def expected(sent: list[Sent], name: str, zone: str) -> dict[str, float | None]:
    by_visitor = {visitor: [each for each in sent if each.visitor == visitor] for visitor in {e.visitor for e in sent}}
    visits = [(visitor, each) for visitor, theirs in by_visitor.items() for each in cut(theirs, name, zone)]
    bounced = [is_bounce(each, name) for _, each in visits]
    seconds = [
        0 if name == "plausible" and left else lasted(each) for (_, each), left in zip(visits, bounced, strict=True)
    ]
    days = {(visitor, each.events[0].moment.date()) for visitor, each in visits}
    count = len(visits)
    return {
        "visitors": len(days) if name == "plausible" else len({visitor for visitor, _ in visits}),
        "visits": count,
        "views_per_visit": round(sum(each.of("page_view") for _, each in visits) / count, 2) if count else None,
        "bounce_rate": 100 * sum(bounced) / count if count else None,
        "visit_duration": sum(seconds) / count if count else None,
    }


deeds = st.tuples(
    st.integers(1, 3), st.sampled_from([0, 5, 600, 1500, 1795, 1805, 3600, 7200]),
    st.sampled_from(["page_view", "page_view", "goal", "scroll", "page_exit"]),
)  # fmt: skip


@pytest.mark.parametrize("zone", EDGES)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walks=st.lists(deeds, min_size=1, max_size=14))
def test_every_profile_counts_as_a_plain_loop_does(acme, zone, walks):
    acme.timezone, at, sent = zone, datetime.fromisoformat(EDGES[zone]).replace(tzinfo=UTC), []
    dataset = acme.dataset_id() + 1000 + 2 * next(NUMBERS)
    for place, (visitor, gap, kind) in enumerate(walks):
        at += timedelta(seconds=gap, milliseconds=place + 1)  # no two at once: their order would be anybody's
        sent.append(Sent(at.replace(tzinfo=None).isoformat(timespec="milliseconds"), kind, f"/{visitor}", visitor))
    store_events(dataset, sent)
    day = at.date()
    asked = page(acme, f"period=custom&from={day - timedelta(4)}&to={day + timedelta(2)}", now=at + timedelta(9))
    for name in OTHERS:
        query = replace(asked.query(*METRICS, compare=None), dataset_id=dataset, profile=name)
        found = run(query, at + timedelta(9)).totals
        assert found == pytest.approx(expected(sent, name, zone), nan_ok=True), name
        parts = run(replace(query, metrics=("visits",), dimensions=("entry_page",)), at + timedelta(9))
        series = run(replace(query, metrics=("visits",), interval="day"), at + timedelta(9))
        assert sum(row.values["visits"] or 0 for row in series.rows) == found["visits"]
        assert sum(row.values["visits"] or 0 for row in parts.rows) <= found["visits"]


NUMBERS = iter(range(10_000))


@pytest.fixture
def busy(acme):
    """A walk over a full hour, with a goal; a page view from Germany; somebody who comes twice in a day."""
    store_events(
        acme.dataset_id(),
        [
            page_view("08:55"), page_view("09:05", "/docs"), goal("09:06", "signup"),
            page_view("10:00", "/docs", 2, client={"country": "DE"}), page_view("11:00", visitor=3),
            page_view("15:00", visitor=3),
        ],
    )  # fmt: skip
    return acme


def test_filters_on_events_choose_the_visits_as_they_are_cut(busy):
    asked = page(busy, "f=is,page,/docs").query("visits", "pageviews", compare=None)
    assert run(asked, NOW).totals == {"visits": 2, "pageviews": 2}
    # The hour cuts the walk: the half that saw /docs begins at 9:05.
    by_hour = run(replace(asked, metrics=("visits", "views_per_visit"), profile="umami"), NOW).totals
    assert by_hour == {"visits": 2, "views_per_visit": 1.0}


def test_the_overview_counts_as_chosen_and_says_what_ours_would_be(busy, as_viewer):
    html = as_viewer.get("/w/acme/?period=yesterday&compare=off&profile=umami").content.decode()
    assert "As Umami counts" in html and "ours 4, +25\u202f%" in html  # five visits for our four
    assert "profile=umami" in as_viewer.get("/w/acme/?period=yesterday&profile=umami").content.decode()
    assert "As Umami counts" not in as_viewer.get("/w/acme/?period=yesterday").content.decode()


def test_the_api_takes_a_profile_and_names_those_there_are(busy, as_owner):
    ask = {"metrics": ["visits"], "period": "yesterday", "profile": "umami"}
    url = f"/api/v1/analytics/query?workspace={busy.slug}"
    assert as_owner.post(url, ask, "application/json").json()["totals"] == {"visits": 5}
    refused = as_owner.post(url, ask | {"profile": "excel"}, "application/json").json()
    assert "matomo" in refused["detail"]


@pytest.mark.parametrize("tab", ["entry", "exit", "site_search"])
def test_web_reports_count_as_chosen(busy, as_viewer, tab):
    page = as_viewer.get(f"/w/acme/reports/web/?period=yesterday&profile=umami&tab={tab}")
    assert page.status_code == 200


def test_reports_with_rules_of_their_own_do_not_pretend(busy, as_owner):
    html = as_owner.get("/w/acme/reports/funnel/?period=yesterday&profile=umami").content.decode()
    assert "As Umami counts" not in html


def test_a_neighbour_has_no_part_in_it(busy, globex):
    store_events(globex.dataset_id(), [page_view("10:00", visitor=9)])
    asked = replace(page(globex).query("visits", compare=None), profile="matomo")
    assert run(asked, NOW).totals == {"visits": 1}
