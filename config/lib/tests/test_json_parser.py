from typing import Any


def test_json_nested_without_end_is_a_mistake_of_the_sender(as_admin: Any) -> None:
    deep = '{"name":' * 5000 + "1" + "}" * 5000
    answer = as_admin.post("/api/v1/workspaces", deep, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert "less deeply" in answer.json()["detail"]
