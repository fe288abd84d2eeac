"""Requests that are logged together: each is told what it would have been told alone, one after the other."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.lib.redis_clients import buffer_client
from tracking.append import APPEND, Entry, Ration, packed

DAY, MONTH, FIELD = "used:1:2026-03-10", "used:1:2026-03", "events"
ROUNDS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ration(quantity: int, most: int | None) -> Ration:
    ceilings = () if most is None else ((0, FIELD, most), (1, FIELD, most + 3))
    return Ration(1, DAY, MONTH, (60, 60), (FIELD,), quantity, ceilings)


def logged_together(entries: list[Entry]) -> list[int]:
    keys, arguments = packed(entries)
    answers: Any = buffer_client().eval(APPEND, len(keys), *keys, *arguments)
    return [int(each) for each in answers]


def one_after_the_other(wanted: list[tuple[int, int, int | None]], used: int, used_before: int) -> list[int]:
    """The oracle: logged 1, repeated 0, and -1 - room where there is too little."""
    answers, seen = [], set()
    for request, quantity, most in wanted:
        room = quantity if most is None else max(0, min(most - used, most + 3 - used_before - used))
        if request in seen:
            answers.append(0)
        elif room < quantity:
            answers.append(-1 - room)
        else:
            seen.add(request)
            used += quantity
            answers.append(1)
    return answers


@ROUNDS
@given(
    wanted=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 4), st.sampled_from([5, 9, 40, None])), min_size=1, max_size=12
    ),
    used=st.integers(0, 6),
    used_before=st.integers(0, 6),
)
def test_a_limit_is_as_exact_in_a_group_as_one_by_one(empty_log, wanted, used, used_before):
    log = buffer_client()
    log.delete(*(f"request:{number}" for number in range(10)))
    log.hset(DAY, mapping={"ready": 1, FIELD: used})
    log.hset(MONTH, mapping={"ready": 1, FIELD: used + used_before})
    shares = {(quantity, most): ration(quantity, most) for _, quantity, most in wanted}
    entries = [
        Entry({0: b"x"}, b"%d" % request, None, shares[quantity, most], kept_s=60) for request, quantity, most in wanted
    ]

    answers = logged_together(entries)

    taken = sum(quantity for answer, (_, quantity, _) in zip(answers, wanted, strict=True) if answer == 1)
    assert answers == one_after_the_other(wanted, used, used_before)
    assert [int(log.hget(name, FIELD)) for name in (DAY, MONTH)] == [used + taken, used + used_before + taken]
