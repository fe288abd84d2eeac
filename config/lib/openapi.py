"""What every operation of the API has in common, added to the generated OpenAPI document."""

from typing import Any

from config.lib.problems import CONTENT_TYPE

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable, for programs; `detail` says what to send instead, for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
    },
    "required": ["type", "title", "status", "code", "detail"],
}


def document_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation may refuse, always in the same shape: the answer `default`."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            answers.setdefault("default", {"description": "Any refusal."})
            for status, answer in answers.items():
                if status[0] in "d45":  # default, and what an operation says of refusals itself
                    answer["content"] = answer.get("content", {}) | content
    return result


def summarize(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The first sentence of what an operation does stands beside it in lists."""
    for operations in result["paths"].values():
        for operation in operations.values():
            sentence = operation.get("description", "").partition("\n")[0].partition(". ")[0]
            operation.setdefault("summary", sentence.removesuffix("."))
    return result
