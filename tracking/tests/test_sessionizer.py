"""Visits by hand, then against an oracle on random streams."""

import random
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.events import Accepted, Client, Envelope
from tracking.sessionizer import Sessions, sessionize
from tracking.tests.building import DAY, envelope, event, ms
from tracking.visits import Key, Visit, Visitor, person_of

States = dict[Key, Visitor]
DATASET = 4
unhurried = settings(deadline=None, max_examples=60)


def visit_all(*batches: list[Accepted], states: States | None = None, **fields: object) -> list[Sessions]:
    """The batches one after another, each event received when it happened or, coming late, right after the one before.
    States travel as the bytes they are kept as."""
    states = {} if states is None else states
    done, received_ms = [], 0
    for batch in batches:
        envelopes = []
        for each in batch:
            received_ms = max(received_ms + 1, each.at_ms)
            envelopes.append(envelope(DATASET, each, **{"received_ms": received_ms} | fields))
        done.append(sessionize(states, batch, envelopes))
        for key, state in states.items():
            states[key] = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=Visitor)
    return done


def visits(*events: Accepted, **fields: object) -> list[Visit]:
    """The visits of one batch, in the order of their start."""
    (sessions,) = visit_all(list(events), **fields)
    return sorted((visit for _, visit in sessions.touched.values()), key=lambda visit: visit.start_ms)


@pytest.mark.parametrize(
    "second, expected",
    [("12:29:59", 1), ("12:30:00", 1), ("12:30:01", 2)],
)
def test_a_visit_ends_after_thirty_idle_minutes(second, expected):
    assert len(visits(event("12:00"), event(second))) == expected


def test_the_boundary_is_the_same_when_the_events_arrive_the_other_way_round():
    assert [visit.id for visit in visits(event("12:30:00"), event("12:00"))] == [ms("12:00") // 1000 << 32 | 7]
    assert len(visits(event("12:30:01"), event("12:00"))) == 2


def test_the_timeout_is_that_of_the_workspace():
    assert len(visits(event("12:00"), event("12:06"), timeout_s=300)) == 2


def test_midnight_cuts_nothing():
    late = DAY + timedelta(hours=23, minutes=50)
    assert len(visits(event(late), event(late + timedelta(minutes=20)))) == 1


def test_a_visit_lasts_24_hours_at_most():
    # every 20 minutes for 30 hours: 24 h hold 72 gaps, so 73 events, and the other 18 make a second visit
    events = [event(DAY + timedelta(minutes=20 * number)) for number in range(91)]
    assert [visit.events for visit in visits(*events)] == [73, 18]


def test_the_id_is_the_start_and_the_visitor():
    (visit,) = visits(event("12:00", visitor=(5 << 32) + 9))
    assert visit.id == ms("12:00") // 1000 << 32 | 9


def test_two_visits_in_one_second_have_two_ids():
    first, second = visits(event("12:00", session=1), event("12:00", session=2))
    assert first.id != second.id
    assert first.id >> 32 == second.id >> 32 == ms("12:00") // 1000


def test_the_session_id_of_the_script_wins_over_the_clock():
    assert len(visits(event("12:00", session=1), event("14:00", session=1))) == 1
    assert len(visits(event("12:00", session=1), event("12:01", session=2))) == 2


def test_a_late_event_joins_the_visit_it_falls_into():
    first, second, late = visit_all([event("12:00")], [event("13:00")], [event("12:20")])
    assert late.visits[0].id == first.visits[0].id
    assert late.visits[0].stop_ms == ms("12:20")


def test_a_late_event_before_the_start_moves_the_start_and_keeps_the_id():
    first, late = visit_all([event("12:10", url="https://a.example/second")], [event("12:00")])
    (visit,) = late.visits
    assert (visit.id, visit.start_ms, visit.entry_page) == (first.visits[0].id, ms("12:00"), "/")


def test_a_late_event_far_from_all_visits_opens_one():
    _, late = visit_all([event("12:00")], [event("10:00")])
    assert (late.visits[0].events, late.visits[0].start_ms) == (1, ms("10:00"))


def test_an_event_so_late_that_its_visit_may_be_forgotten_never_takes_that_visits_id():
    received_ms = ms("12:00") + 30 * 3_600_000
    (visit,) = visits(event("12:00"), received_ms=received_ms)
    assert visit.id >> 32 == ms("12:00") // 1000
    assert visit.id & 0xFFFFFFFF != 7


@pytest.mark.parametrize("kind", ["page_exit", "session_end"])
def test_a_tab_closed_hours_later_neither_opens_nor_lengthens_a_visit(kind):
    (visit,) = visits(event("12:00"), event("15:00", kind))
    assert (visit.events, visit.stop_ms) == (2, ms("12:00"))


def test_a_tab_of_a_forgotten_visit_closed_during_another_visit_opens_no_third():
    long_ago = DAY - timedelta(hours=30)
    *_, last = visit_all(
        [event(long_ago, session=1)],
        [event("12:00", session=2)],  # by now the first is forgotten
        [event("12:05", "page_exit", session=1, engaged_ms=3000)],
    )

    (visit,) = (visit for _, visit in last.touched.values())
    assert (visit.client_session, visit.events) == (2, 2)


def test_a_tab_s_last_word_that_comes_before_its_first_opens_its_own_visit():
    earlier, exit_first, view_after = visit_all(
        [event("10:00", session=1)],
        [event("12:05", "page_exit", session=2)],
        [event("12:00", session=2)],
    )

    assert exit_first.visits[0].id == view_after.visits[0].id != earlier.visits[0].id


def test_leaving_within_the_timeout_tells_how_long_the_last_page_was_open():
    (visit,) = visits(event("12:00"), event("12:04", "page_exit"))
    assert visit.stop_ms - visit.start_ms == 240_000


@pytest.mark.parametrize(
    "events, bounce_ms, expected",
    [
        ([event("12:00")], 10_000, True),
        ([event("12:00"), event("12:01")], 10_000, False),  # a second page
        ([event("12:00"), event("12:01", "click")], 10_000, False),
        ([event("12:00"), event("12:01", "custom")], 10_000, False),
        ([event("12:00"), event("12:01", "custom", props={"non_interaction": "true"})], 10_000, True),
        ([event("12:00"), event("12:01", "scroll")], 10_000, True),
        ([event("12:00"), event("12:01", "page_exit", engaged_ms=9_999)], 10_000, True),
        ([event("12:00"), event("12:01", "page_exit", engaged_ms=10_000)], 10_000, False),
        ([event("12:00"), event("12:01", "page_exit", engaged_ms=60_000)], 0, True),  # classic: looking does not count
        ([event("12:00", "custom")], 10_000, False),  # no page, no bounce
    ],
)
def test_bounce(events, bounce_ms, expected):
    (visit,) = visits(*events, bounce_ms=bounce_ms)
    assert visit.is_bounce is expected


def test_entry_exit_and_sums():
    (visit,) = visits(
        event("12:00", url="https://www.example.com/a", value=1.5),
        event("12:01", url="https://www.example.com/b"),
        event("12:02", "goal", url="https://www.example.com/b", value=20.0),
    )
    assert (visit.entry_page, visit.exit_page, visit.host) == ("/a", "/b", "www.example.com")
    assert (visit.pageviews, visit.events, visit.value) == (2, 3, 21.5)


def test_the_origin_is_that_of_the_first_page_view():
    (visit,) = visits(
        event("12:00", "custom", url=""),
        event("12:01", url="https://www.example.com/?utm_campaign=spring", referrer="https://duckduckgo.com/"),
        event("12:02", url="https://www.example.com/?utm_campaign=later", referrer="https://www.bing.com/"),
    )
    assert (visit.entry.source, visit.entry.utm_campaign) == ("DuckDuckGo", "spring")


def test_engaged_time_told_again_for_the_same_page_view_counts_once():
    exits = [
        event(f"12:0{minute}", "page_exit", engaged_ms=total, props={"page_view_id": "p1"})
        for minute, total in ((1, 3_000), (2, 8_000), (3, 8_000))
    ]
    (sessions,) = visit_all([event("12:00"), *exits])
    assert sessions.engaged_ms == [0, 3_000, 5_000, 0]
    assert sessions.visits[0].engaged_ms == 8_000


def test_a_visitor_without_an_id_keeps_the_visit_over_the_change_of_salts():
    states: States = {}
    before, after = Client(visitor=11), Client(visitor=22, visitor_before=11)
    (first,) = visit_all([event("12:00", visitor=0)], states=states, client=before)
    (second,) = visit_all([event("12:10", visitor=0)], states=states, client=after)
    (third,) = visit_all([event("13:00", visitor=0)], states=states, client=after)
    assert second.keys == first.keys == [(DATASET, 11)]
    assert second.visits[0].events == 2
    assert third.keys == [(DATASET, 22)]  # the visit was over: a new day, a new name


def test_a_person_is_the_user_once_known_and_the_visitor_until_then():
    (sessions,) = visit_all([event("12:00"), event("12:01", "identify", user_id="u1"), event("12:02")])
    user = person_of(DATASET, "u1")
    assert sessions.persons == [7, user, user]
    assert (sessions.visits[0].person, sessions.visits[0].user_id) == (user, "u1")


def test_a_user_is_another_person_in_another_dataset():
    assert person_of(4, "u1") != person_of(6, "u1")


def by_bots_and_people(*marked: tuple[str, Accepted], states: States | None = None) -> list[Visit]:
    """The visits of events that came one by one, each from a bot of that name or from a person."""
    states = {} if states is None else states
    done = [visit_all([each], states=states, client=Client(bot=bot)) for bot, each in marked]
    return [sessions.visits[0] for (sessions,) in done]


def test_a_bot_and_a_person_at_one_browser_have_visits_of_their_own():
    first, second, third, fourth = by_bots_and_people(
        ("Googlebot", event("12:00", session=5)),
        ("", event("12:01", session=5)),
        ("Googlebot", event("12:02", "page_exit", session=5)),
        ("", event("12:03", session=5)),
    )
    assert (first.id, second.id) == (third.id, fourth.id)
    assert [(visit.device.bot, visit.start_ms, visit.stop_ms, visit.events) for visit in (third, fourth)] == [
        ("Googlebot", ms("12:00"), ms("12:02"), 2),
        ("", ms("12:01"), ms("12:03"), 2),
    ]


def test_a_bot_and_a_person_who_come_in_the_same_second_have_two_visits():
    first, second = by_bots_and_people(("Googlebot", event("12:00")), ("", event("12:00")))
    assert first.id != second.id


def test_a_sender_with_a_session_id_for_each_event_is_not_remembered_without_end():
    states: States = {}
    done = visit_all(*[[event("12:00", session=number)] for number in range(1, 101)], states=states)
    assert len(states[(DATASET, 7)].visits) == 16
    assert len({sessions.visits[0].id for sessions in done}) == 100


# --- against an oracle: one visitor's events in order of time, cut into visits by the plain rule

gaps_s = st.lists(st.sampled_from([1, 60, 1200, 1799, 1800, 1801, 4000, 30_000]), min_size=1, max_size=120)


def oracle(times_ms: list[int]) -> list[int]:
    """Each event's visit, as the start of it."""
    starts: list[int] = []
    for place, at_ms in enumerate(times_ms):
        is_idle = place == 0 or at_ms - times_ms[place - 1] > 1_800_000
        starts.append(at_ms if is_idle or at_ms - starts[-1] > 86_400_000 else starts[-1])
    return starts


def split_at_random(events: list[Accepted], seed: int) -> list[list[Accepted]]:
    cuts = sorted({0, len(events), *random.Random(seed).choices(range(len(events) + 1), k=len(events) // 3)})
    return [events[start:stop] for start, stop in zip(cuts, cuts[1:], strict=False)]


@unhurried
@given(gaps_s, st.integers())
def test_events_in_order_make_the_oracles_visits_however_they_are_cut_into_batches(gaps, seed):
    times = [ms("00:00") + 1000 * sum(gaps[: number + 1]) for number in range(len(gaps))]
    events = [event("12:00") for _ in times]
    for each, at_ms in zip(events, times, strict=True):
        each.at_ms = at_ms
    done = visit_all(*split_at_random(events, seed))
    found = [visit.id for sessions in done for visit in sessions.visits]
    assert found == [start // 1000 << 32 | 7 for start in oracle(times)]


def events_of_three_visitors(minutes: int) -> st.SearchStrategy[list[Accepted]]:
    each = st.builds(
        lambda minute, visitor, session, kind: event(
            DAY + timedelta(minutes=minute), kind, visitor=visitor, session=session, engaged_ms=minute
        ),
        st.integers(0, minutes),
        st.integers(1, 3),
        st.sampled_from([0, 0, 0, 5, 6]),
        st.sampled_from(["page_view", "page_view", "click", "scroll", "page_exit", "session_end"]),
    )
    return st.lists(each, min_size=1, max_size=60)


@unhurried
@given(events_of_three_visitors(minutes=3000), st.integers())
def test_in_any_order_nothing_is_lost_and_versions_only_rise(events, seed):
    done = visit_all(*split_at_random(events, seed))
    latest: dict[int, tuple[Key, int, int, int]] = {}
    for sessions in done:
        for key, visit in sessions.touched.values():
            before = latest.get(visit.id, (key, 0, 0, 0))
            assert before[0] == key  # an id belongs to one visitor
            assert visit.events > before[1]
            assert visit.start_ms <= visit.stop_ms <= visit.start_ms + 86_400_000
            latest[visit.id] = (key, visit.events, visit.pageviews, visit.engaged_ms)
    totals = [sum(each[place] for each in latest.values()) for place in (1, 2, 3)]
    pages = sum(each.type == "page_view" for each in events)
    assert totals == [len(events), pages, sum(each.engaged_ms for each in events)]
    rows: dict[int, int] = {}
    for sessions in done:
        for visit in sessions.visits:
            rows[visit.id] = rows.get(visit.id, 0) + 1
    assert rows == {visit_id: each[1] for visit_id, each in latest.items()}


@unhurried
@given(
    events_of_three_visitors(minutes=180), st.lists(st.sampled_from(["", "", "Googlebot"]), min_size=60, max_size=60)
)
def test_people_s_visits_are_what_they_would_be_without_the_bots(events, bots):
    marked = list(zip(bots, events, strict=False))
    found = by_bots_and_people(*marked)
    alone = by_bots_and_people(*(each for each in marked if not each[0]))
    assert all(visit.device.bot == bot for visit, (bot, _) in zip(found, marked, strict=True))
    assert [told(visit) for visit, (bot, _) in zip(found, marked, strict=True) if not bot] == list(map(told, alone))


def told(visit: Visit) -> tuple[object, ...]:
    """All of a visit but its id: a bot's may have begun in the same second."""
    return (
        visit.start_ms,
        visit.stop_ms,
        visit.events,
        visit.pageviews,
        visit.engaged_ms,
        visit.entry,
        visit.is_bounce,
    )


def test_envelopes_of_different_datasets_do_not_meet():
    first, second = event("12:00"), event("12:01")
    both: list[Envelope] = [envelope(4, first), envelope(5, second)]
    sessions = sessionize({}, [first, second], both)
    assert [visit.events for visit in sessions.visits] == [1, 1]
