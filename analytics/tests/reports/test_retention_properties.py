"""Random lives against plain Python: days of 23 and 25 hours, zones half an hour off, leap days, ends of months."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query.model import Filter
from analytics.reports.retention import Retention, answer
from analytics.tests.reports.raw import Seen, asked, keep, new_dataset
from config.lib.clock import day_start

# (zone, first day): the clock goes forward, back, by half an hour; the 29th of February; nothing.
PLACES = [
    ("Europe/Berlin", "2025-03-28"),
    ("America/New_York", "2025-10-31"),
    ("Australia/Lord_Howe", "2025-04-04"),
    ("Asia/Kathmandu", "2024-02-27"),
    ("UTC", "2025-12-30"),
]
LENGTHS = {"hour": 1, "day": 5, "week": 20, "month": 70}  # days of the period
moments = st.one_of(
    st.integers(0, 6 * 86_400), st.sampled_from([0, 3599, 3600, 86_399, 86_400, 90_000]), st.integers(0, 100 * 86_400)
)
lives = st.lists(st.tuples(st.integers(1, 6), moments, st.sampled_from("ab")), min_size=10, max_size=40)
questions = st.builds(
    Retention,
    begin=st.sampled_from([(Filter("event", "is", ("a",)),), (Filter("event", "is", ("a", "b")),)]),
    back=st.sampled_from([(Filter("event", "is", ("a",)),), (Filter("event", "is", ("b",)),)]),
    who=st.sampled_from(["first", "recurring"]),
    unit=st.sampled_from(list(LENGTHS)),
    clock=st.sampled_from(["calendar", "rolling"]),
    came=st.sampled_from(["on", "after"]),
    columns=st.integers(1, 4),
    brackets=st.sampled_from([(), ((1, 2), (3, 5))]),
)


@pytest.mark.usefixtures("event_store")
@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=questions, place=st.sampled_from(PLACES), life=lives, earlier=st.booleans(), now_day=st.integers(3, 200)
)
def test_every_cell_is_that_of_the_oracle(question, place, life, earlier, now_day):
    zone, first = place
    first_day = datetime.fromisoformat(first).date()
    start, end = (day_start(first_day + timedelta(n), zone) for n in (0, LENGTHS[question.unit]))
    origin = int(start.timestamp()) - (2 * 86_400 if earlier else 0)  # some were here before the period
    seen = [Seen(person, (origin + second) * 1000, name) for person, second, name in life]
    now = start + timedelta(days=now_day)
    dataset = new_dataset()
    keep(dataset, seen)

    found = answer(question, asked(dataset, start, end, zone), now)

    for row in found.rows:
        began, back = expected(question, seen, row.start, start, end, zone)
        assert row.began == began
        unit_end = unit_after(row.start, question.unit, zone)
        is_late = unit_after(row.start.astimezone(UTC) - timedelta(seconds=1), question.unit, zone) != row.start
        assert row.clipped == (is_late or (end < unit_end and end <= now))
        assert [cell.count for cell in row.cells if cell] == [
            n for n, cell in zip(back, row.cells, strict=True) if cell
        ]
    assert sum(row.began for row in found.rows) == sum(
        expected(question, seen, row.start, start, end, zone)[0] for row in found.rows
    )


def unit_after(moment: datetime, unit: str, zone: str) -> datetime:
    """The first moment of the next unit of the zone's calendar."""
    here = moment.astimezone(ZoneInfo(zone))
    if unit == "hour":
        # Minute by minute of elapsed time until the clock shows a full hour.
        step = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        while step.astimezone(ZoneInfo(zone)).minute:
            step += timedelta(minutes=1)
        return step
    day = here.date() + timedelta(1)
    while (unit == "week" and day.weekday()) or (unit == "month" and day.day != 1):
        day += timedelta(1)
    return day_start(day, zone)


def expected(question: Retention, seen: list[Seen], row: datetime, start: datetime, end: datetime, zone: str):
    """(how many began in the unit that starts at `row`, how many of them are in each column)."""
    spans = [row]
    for _ in range(question.reach + 1):
        spans.append(unit_after(spans[-1], question.unit, zone))
    edges = [each.timestamp() for each in spans]
    began, back = 0, [0] * len(question.spans)
    for person in {each.person for each in seen}:
        begins = sorted(
            each.ms / 1000 for each in seen
            if each.person == person and each.name in question.begin[0].values and each.ms / 1000 < end.timestamp()
        )  # fmt: skip
        if question.who == "first":
            begins = begins[:1]
        mine = [each for each in begins if edges[0] <= each < edges[1] and each >= start.timestamp()]
        if not mine:
            continue
        began += 1
        times = [each.ms / 1000 for each in seen if each.person == person and each.name in question.back[0].values]
        if question.clock == "calendar":
            offsets = {n for each in times for n in range(len(edges) - 1) if edges[n] <= each < edges[n + 1]}
            later = {len(edges) - 1} if any(each >= edges[-1] for each in times) else set()
        else:
            length = {"hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}[question.unit]
            offsets = {int((each - mine[0]) // length) for each in times if each > mine[0]}
            later = set()
        for column, (a, b) in enumerate(question.spans):
            b = 10**6 if question.came == "after" else b
            back[column] += any(a <= each <= b for each in offsets | later)
    return began, back
