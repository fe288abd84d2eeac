from datetime import date

import pytest

from config.lib.redis_clients import buffer_client
from tracking.steps import visitor
from tracking.tests.door import CHROME, IPHONE

TODAY, TOMORROW = date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture(autouse=True)
def _no_salts():
    """As in a process that has just begun, on the first day there is."""
    for day in (9, 10, 11):
        buffer_client().delete(f"salt:2026-03-{day:02}")
    _forget()


def _forget() -> None:
    visitor._salt.cache_clear()
    visitor._salt_before.cache_clear()


def test_H189_the_same_browser_at_the_same_address_is_one_visitor_for_a_day():
    first, _ = visitor.without_id(2, "1.1.1.1", CHROME, TODAY)
    _forget()  # another process

    assert visitor.without_id(2, "1.1.1.1", CHROME, TODAY)[0] == first
    assert visitor.without_id(2, "1.1.1.2", CHROME, TODAY)[0] != first
    assert visitor.without_id(2, "1.1.1.1", IPHONE, TODAY)[0] != first
    assert visitor.without_id(4, "1.1.1.1", CHROME, TODAY)[0] != first  # another workspace


def test_H189_the_next_day_makes_another_number_and_still_knows_the_one_before():
    today, before = visitor.without_id(2, "1.1.1.1", CHROME, TODAY)
    tomorrow, yesterday = visitor.without_id(2, "1.1.1.1", CHROME, TOMORROW)

    assert before == 0  # there was no day before
    assert yesterday == today
    assert tomorrow != today


def test_salts_are_forgotten_after_two_days():
    visitor.without_id(2, "1.1.1.1", CHROME, TODAY)

    assert 172_790 <= buffer_client().ttl("salt:2026-03-10") <= 172_800


def test_an_id_is_another_number_in_another_workspace_and_of_another_kind():
    numbers = {visitor.of_id(2, "visitor", "a"), visitor.of_id(4, "visitor", "a"), visitor.of_id(2, "user", "a")}

    assert len(numbers) == 3
    assert all(0 < number < 2**64 for number in numbers)
