"""Lifecycle, stickiness and paths against plain Python, over clock changes and ends of months."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query.model import Filter
from analytics.reports import lifecycle, stickiness
from analytics.reports.paths import Paths
from analytics.reports.paths import answer as paths_of
from analytics.tests.reports.raw import Seen, asked, keep, new_dataset
from config.lib.clock import day_start

PLACES = [("Europe/Berlin", "2025-03-28"), ("Asia/Kathmandu", "2024-02-27"), ("America/New_York", "2025-10-31")]
ACTIVE = (Filter("event", "is", ("a",)),)
lives = st.lists(
    st.tuples(st.integers(1, 5), st.integers(-4 * 86_400, 7 * 86_400), st.sampled_from("ab")), min_size=5, max_size=40
)
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def days_of(first: str, zone: str, count: int) -> list[datetime]:
    day = datetime.fromisoformat(first).date()
    return [day_start(day + timedelta(n), zone) for n in range(-1, count + 1)]


def seen_of(life, start: datetime) -> list[Seen]:
    origin = int(start.timestamp())
    return [Seen(person, (origin + second) * 1000, name) for person, second, name in life]


@pytest.mark.usefixtures("event_store")
@quick
@given(place=st.sampled_from(PLACES), life=lives)
def test_everybody_is_in_the_state_that_their_days_say(place, life):
    zone, first = place
    days = days_of(first, zone, 6)
    seen, dataset = seen_of(life, days[1]), new_dataset()
    keep(dataset, seen)
    now = days[-1] + timedelta(days=1)

    found = lifecycle.answer(lifecycle.Lifecycle(ACTIVE), asked(dataset, days[1], days[-1], zone), "day", now)

    for place_, bucket in enumerate(found.buckets, 1):
        counted: Counter[str] = Counter()
        for person in {each.person for each in seen}:
            times = [each.ms / 1000 for each in seen if each.person == person and each.name == "a"]
            was = [any(days[n].timestamp() <= t < days[n + 1].timestamp() for t in times) for n in (place_ - 1, place_)]
            is_new = bool(times) and days[place_].timestamp() <= min(times) < days[place_ + 1].timestamp()
            state = {(False, True): "new" if is_new else "resurrected", (True, True): "returning",
                     (True, False): "dormant"}.get((was[0], was[1]))  # fmt: skip
            counted[state or "away"] += 1
        assert bucket.people == {state: counted[state] for state in lifecycle.STATES}


@pytest.mark.usefixtures("event_store")
@quick
@given(place=st.sampled_from(PLACES), life=lives)
def test_days_of_activity_are_counted_in_the_zone(place, life):
    zone, first = place
    days = days_of(first, zone, 6)
    seen, dataset = seen_of(life, days[1]), new_dataset()
    keep(dataset, seen)

    found = stickiness.answer(
        stickiness.Stickiness(ACTIVE), asked(dataset, days[1], days[-1], zone), "day", days[-1] + timedelta(days=1)
    )

    active = {
        person: {n for n in range(len(days) - 1) for each in seen
                 if each.person == person and each.name == "a"
                 and days[n].timestamp() <= each.ms / 1000 < days[n + 1].timestamp()}
        for person in {each.person for each in seen}
    }  # fmt: skip
    within = Counter(len(each - {0}) for each in active.values())
    assert found.exact == [within[n] for n in range(1, 7)]
    assert found.cumulative[0] == found.people
    before = {each.person for each in seen if each.name == "a" and each.ms / 1000 < days[-1].timestamp()}
    assert found.monthly == len(before)  # nothing here is older than 30 days


visits = st.lists(st.lists(st.sampled_from(["/", "/a", "/a/1", "/a/2", "/b"]), min_size=1, max_size=7), max_size=12)
questions = st.builds(
    Paths,
    start=st.sampled_from(["", "", "/a", "/b"]),
    steps=st.integers(2, 5),
    top=st.integers(1, 4),
    group=st.sampled_from([(), ("/a/*",)]),
    skip=st.sampled_from([(), ("/b",)]),
) | st.builds(Paths, end=st.sampled_from(["/b", "/a"]), steps=st.integers(2, 4), top=st.just(12))


@pytest.mark.usefixtures("event_store")
@quick
@given(question=questions, visits=visits)
def test_every_visit_goes_the_way_it_went(question: Paths, visits: list[list[str]]):
    start = day_start(datetime(2026, 3, 9).date(), "UTC")
    seen = [
        Seen(
            visit, int(start.timestamp()) * 1000 + 1000 * n, "page_view", session=visit + 1, type="page_view", path=path
        )
        for visit, pages in enumerate(visits)
        for n, path in enumerate(pages)
    ]
    dataset = new_dataset()
    keep(dataset, seen)

    found = paths_of(question, asked(dataset, start, start + timedelta(days=1)), start + timedelta(days=2))

    nodes, links = Counter(), Counter()
    for pages in visits:
        way = _way(question, pages)
        first = question.steps - len(way) + 1 if question.end else 1
        nodes.update((first + n, label) for n, label in enumerate(way))
        links.update((first + n, *ends) for n, ends in enumerate(zip(way, way[1:], strict=False)))
    assert found.visits == sum(bool(_way(question, pages)) for pages in visits)
    shown = {(node.step, node.label): count for node, count in found.nodes.items() if not node.is_other}
    assert shown == {key: nodes[key] for key in shown}
    assert sum(found.nodes.values()) == sum(nodes.values())
    assert sum(link.visits for link in found.links) == sum(links.values())
    for step in {step for step, _ in nodes}:
        of_step = sorted((-count, label) for (n, label), count in nodes.items() if n == step)
        assert {label for n, label in shown if n == step} == {label for _, label in of_step[: question.top]}


def _way(question: Paths, pages: list[str]) -> list[str]:
    labels = ["/a/*" if question.group and page.startswith("/a/") else page for page in pages]
    labels = [label for label in labels if label not in question.skip]
    labels = [label for n, label in enumerate(labels) if n == 0 or label != labels[n - 1]]
    if question.end:
        return labels[: labels.index(question.end) + 1][-question.steps :] if question.end in labels else []
    if question.start:
        return labels[labels.index(question.start) :][: question.steps] if question.start in labels else []
    return labels[: question.steps]
