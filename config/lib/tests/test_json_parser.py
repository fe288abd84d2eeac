from typing import Any

import pytest

# Those that name parsers of their own, and one that does not.
PATHS = ("auth/jwt/login", "api/v1/tenants", "api/v1/analytics/spend", "api/v1/workspaces")


def test_json_nested_without_end_is_a_mistake_of_the_sender(as_admin: Any) -> None:
    deep = '{"name":' * 5000 + "1" + "}" * 5000
    answer = as_admin.post("/api/v1/workspaces", deep, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert "less deeply" in answer.json()["detail"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("levels", [101, 1000, 3000])
def test_json_may_have_a_hundred_levels_wherever_it_is_sent(as_admin: Any, path: str, levels: int) -> None:
    answer = as_admin.post(f"/{path}", '{"rows":' * levels + "1" + "}" * levels, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_a_hundred_levels_are_read(as_admin: Any) -> None:
    answer = as_admin.post("/api/v1/workspaces", '{"rows":' * 100 + "1" + "}" * 100, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")  # no name


def test_tenants_in_the_content_type_of_curl_are_bounded_too(as_admin: Any) -> None:
    answer = as_admin.post("/api/v1/tenants", "[" * 1000 + "]" * 1000, "application/x-www-form-urlencoded")
    assert answer.status_code == 400
