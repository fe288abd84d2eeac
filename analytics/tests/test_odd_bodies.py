"""Bodies that are JSON and mean nothing: refused with what to send instead, never taken for something else."""

from typing import Any

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


WRONG_TYPES: dict[str, list[dict[str, Any]]] = {
    "query": [
        *({"filters": each} for each in ({}, 0, "", False)),
        *({"metrics": each} for each in ({}, 0, "visitors")),
        *({"dimensions": each} for each in ({}, False)),
        *({"bots": each} for each in ("false", "no", 1, 0, [])),
        *({"period": each} for each in (0, False, [])),
        *({"compare": each} for each in (0, False, [])),
        *({name: 0} for name in ("interval", "match", "segment", "cohort", "profile", "cursor", "order_by")),
    ],
    "paths": [
        {"start": True},
        {"start": {"a": 1}},
        {"end": 0},
        {"steps": False},
        {"top": {}},
        {"group": {}},
        {"skip": [1]},
    ],
    "retention": [{"begin": 0}, {"back": False}, {"unit": {}}, {"columns": True}, {"columns": 0}, {"brackets": {}}],
    "lifecycle": [{"active": 0}, {"active": []}, {"active": {"event": 1}}],
    "stickiness": [{"active": False}, {"interval": 0}],
    "trends": [{"series": {}}, {"formula": 0}, {"by": False}, {"top": 0}, {"smooth": []}],
    "funnel": [{"without": {}}, {"order": 0}, {"per": {}}, {"by": False}, {"attribution": 0}, {"attribution": True}],
}
TWO_STEPS: dict[str, Any] = {"steps": [{"event": "a"}, {"event": "b"}]}


@pytest.mark.parametrize("path", WRONG_TYPES)
def test_a_field_of_another_type_is_refused_by_its_name(as_analyst, path):
    usual = TWO_STEPS if path == "funnel" else {}
    for body in WRONG_TYPES[path]:
        answer = as_analyst.post(f"/api/v1/analytics/{path}", usual | body, "application/json")
        told = (answer.status_code, answer.json().get("field"))
        assert told == (400, {"skip": "group"}.get(next(iter(body)), next(iter(body)))), body


@pytest.mark.parametrize("path", WRONG_TYPES)
def test_null_is_as_if_the_field_were_left_out(as_analyst, path):
    usual = TWO_STEPS if path == "funnel" else {}
    for body in WRONG_TYPES[path]:
        nothing = dict.fromkeys(body)
        assert as_analyst.post(f"/api/v1/analytics/{path}", usual | nothing, "application/json").status_code == 200


def test_numbers_may_be_written_as_numbers_or_as_text(as_analyst):
    for steps in (3, "3"):
        answer = as_analyst.post("/api/v1/analytics/paths", {"steps": steps}, "application/json")
        assert answer.status_code == 200


NUL = [["is", "page", ["/\0"]]]
KEPT: dict[str, dict[str, Any]] = {
    "/api/v1/analytics/segments": {"name": "X", "filters": NUL},
    "/api/v1/analytics/cohorts": {"name": "X", "filters": NUL},
    "/api/v1/analytics/saved-metrics": {
        "name": "X",
        "series": [{"metric": "visitors", "filters": NUL}],
        "formula": "A",
    },
    "/api/alerts": {"name": "X", "metric_query": "visitors;is,page,/\0", "condition_type": "absence"},
    "/api/dashboards": {"name": "X", "config": {"filters": NUL}},
}


@pytest.mark.parametrize("path", KEPT)
def test_a_filter_with_a_character_that_cannot_be_kept_is_refused(as_analyst, path):
    answer = as_analyst.post(path, KEPT[path], "application/json")

    assert (answer.status_code, answer.json()["detail"]) == (400, "A filter has no NUL character.")
