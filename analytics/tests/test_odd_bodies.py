"""Bodies that are JSON and mean nothing: refused with what to send instead, never taken for something else."""

import pytest

pytestmark = pytest.mark.usefixtures("event_store", "clock")
ASKED = ("query", "paths", "retention", "lifecycle", "stickiness", "funnel", "trends")


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize(
    "body",
    [
        r'{"filters": [["is", "page", ["/\ud800"]]]}',
        r'{"filters": [["is", "page", ["/\udc00x"]]]}',
        r'{"\ud83d": 1}',
    ],
)
def test_half_a_character_is_refused_before_anybody_asks_with_it(as_analyst, path, body):
    answer = as_analyst.post(f"/api/v1/analytics/{path}", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "surrogate")


def test_a_whole_character_written_as_its_two_halves_is_one(as_analyst):
    body = r'{"filters": [["is", "page", ["/\ud83d\ude00"]]]}'
    assert as_analyst.post("/api/v1/analytics/query", body, "application/json").status_code == 200
