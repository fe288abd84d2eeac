"""Web reports and the list of visits against plain Python: days on which clocks change, zones off the full hour, a leap
day, visits over midnight and the end of a month, events that arrive after the rest."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.reports.sessions import list_sessions
from analytics.reports.web import web_report
from analytics.tests.web_oracle import reports, visits
from analytics.tests.world import Sent, page, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
DAYS = [
    ("Europe/Berlin", "2026-03-29"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("America/St_Johns", "2025-11-02"),
    ("Asia/Kathmandu", "2024-02-29"),
    ("Asia/Kolkata", "2026-01-31"),
]
KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "view": ("page_view", {}),
    "gone": ("page_view", {"props": {"status": "404"}}),
    "exit": ("page_exit", {"engaged_ms": 7_000}),
    "some": ("scroll", {"scroll": 40}),
    "end": ("scroll", {"scroll": 95}),
    "mug": ("search", {"props": {"query": " Blue Mug"}}),
    "cup": ("search", {"props": {"query": "cup"}}),
    "out": ("click", {"props": {"link": "outbound", "href": "https://a.example/"}}),
    "file": ("click", {"props": {"link": "download", "href": "/price.pdf"}}),
    "fast": ("custom", {"props": {"lcp": "1200"}}),
    "slow": ("custom", {"props": {"lcp": "4100.5"}}),
}
# Up to 22 hours, so that no visit is forgotten; begun in the evening, so that the day begins and ends in the midst.
walks = st.lists(
    st.tuples(
        st.integers(1, 3), st.integers(0, 110 * 60), st.sampled_from([*KINDS, "view"]), st.sampled_from(["/", "/a"]),
        st.sampled_from([False, False, True]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
NUMBERS = iter(range(10_000))


@pytest.mark.parametrize(("zone", "day"), DAYS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=walks, hours=st.sampled_from([-4, 8, 17]))
def test_web_reports_and_visits_say_what_every_event_looked_at_says(acme, zone, day, walk, hours):
    acme.timezone, acme.pk = zone, 40_000 + next(NUMBERS)
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    end = (datetime.fromisoformat(day) + timedelta(1)).replace(tzinfo=ZoneInfo(zone))  # by the clock on the wall
    begin_ms, end_ms = (round(each.timestamp() * 1000) for each in (begin, end))
    on_time, late = sent_on(walk, begin.astimezone(UTC) + timedelta(hours=hours))
    states: dict = {}
    for batch in (on_time, late):
        if batch:
            store_events(acme.dataset_id(), batch, states)
    now = end.astimezone(UTC) + timedelta(5)
    asked = page(acme, f"period=custom&from={day}&to={day}", now).query(compare=None)

    expected = reports([each for each in on_time + late if begin_ms <= each.at_ms < end_ms])
    for name, rows in expected.items():
        found = {row.key: row.values for row in web_report(asked, name, 100, 0, now).rows}
        assert found == {key: pytest.approx(row) for key, row in rows.items()}, name
    told = [each.row() for each in visits((on_time, late)) if begin_ms <= each.start < end_ms]
    assert listed(asked) == sorted(told, key=lambda row: (row["started_ms"], row["visitor_id"]))


def sent_on(walk, at):
    """(what arrives at once, what arrives after all of it)"""
    on_time, late = [], []
    for visitor, gap, kind, path, is_late in walk:
        at += timedelta(seconds=gap)
        kind, fields = KINDS[kind]
        name = "web_vitals" if kind == "custom" else kind
        sent = Sent(at.replace(tzinfo=None).isoformat(), kind, path, visitor, name, fields=dict(fields))
        (late if is_late else on_time).append(sent)
    return on_time, late


def listed(asked):
    """All pages of the list, two visits each."""
    found, cursor = [], None
    while True:
        part = list_sessions(asked, 2, cursor)
        found += part.visits
        cursor = part.next_cursor
        if cursor is None:
            break
    names = ("visitor_id", "events", "pageviews", "engaged_ms", "entry_page", "exit_page", "bounce")
    rows = [
        {"started_ms": round(each["started_at"].timestamp() * 1000)}
        | {"ended_ms": round(each["ended_at"].timestamp() * 1000)}
        | {name: each[name] for name in names}
        for each in found
    ]
    return sorted(rows, key=lambda row: (row["started_ms"], row["visitor_id"]))
