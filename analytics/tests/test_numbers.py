"""Numbers as people read them."""

import pytest

from analytics import countries
from analytics.templatetags import numbers
from analytics.templatetags.numbers import NARROW


def plain(text: str) -> str:
    return text.replace(NARROW, " ")


@pytest.mark.parametrize(
    "value, text",
    [(0, "0"), (7, "7"), (2.64, "2.64"), (2.5, "2.5"), (999, "999"), (1000, "1 k"), (1234, "1.2 k"),
     (99_940, "99.9 k"), (999_949, "999.9 k"), (999_999, "1 M"), (3_400_000, "3.4 M"), (2e9, "2 B"), (None, "–")],
)  # fmt: skip
def test_compact(value, text):
    assert plain(numbers.compact(value)) == text


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0s"), (41.6, "42s"), (59.6, "1m 00s"), (200, "3m 20s"), (3600, "1h 00m"), (3900, "1h 05m"), (None, "–")],
)
def test_duration(seconds, text):
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    "value, text", [(12.3, "+12 %"), (-3.4, "−3 %"), (0.2, "0 %"), (1234, "+1,234 %"), (None, "–")]
)
def test_change(value, text):
    assert plain(numbers.change(value)) == text


@pytest.mark.parametrize("value, text", [(2.54, "+2.5 pp"), (-0.3, "−0.3 pp"), (0.04, "0 pp"), (None, "–")])
def test_points(value, text):
    assert plain(numbers.points(value)) == text


@pytest.mark.parametrize(
    "part, text",
    [(1, "100 %"), (0.674, "67 %"), (0.0996, "10 %"), (0.094, "9.4 %"), (0.07, "7.0 %"), (0.0001, "<0.1 %"), (0, "0 %"),
     (None, "–")],
)  # fmt: skip
def test_share(part, text):
    assert plain(numbers.share(part)) == text


def test_exact():
    assert [numbers.exact(value) for value in (1_234_567, 1234.5, 0, None)] == ["1,234,567", "1,234.5", "0", "–"]
    assert plain(numbers.percent(42.54)) == "42.5 %"


def test_countries_are_found_by_code_and_name():
    assert countries.name_of("DE") == "Germany"
    assert countries.name_of("QQ") == "QQ"
    assert countries.codes_of("germ") == ("DE",)
    assert {"DE", "SE"} <= set(countries.codes_of("de"))  # a code, and a part of Sweden
    assert countries.codes_of("nowhere") == ()


@pytest.mark.parametrize("value, text", [(8.46, "8.5 ms"), (350.4, "350 ms"), (1240, "1,240 ms"), (None, "–")])
def test_milliseconds_stay_milliseconds(value, text):
    assert plain(numbers.milliseconds(value)) == text
