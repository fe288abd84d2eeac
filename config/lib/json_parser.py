"""JSON bodies of the API: what no question and no record needs is the sender's mistake, and no failure of ours."""

from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from config.lib.problems import Problem

# Far below Python's own limit: what reads the body afterwards goes down its levels with calls of its own.
MOST_LEVELS = 100


class BoundedJSONParser(JSONParser):
    """Raises ParseError (400) for more than MOST_LEVELS levels, and Problem 400 for half a surrogate pair."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            tree = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise _too_deep() from None
        check(tree)
        return tree


def check(tree: Any) -> None:
    """Level by level, because a function that called itself would need the depth it is to refuse."""
    level, depth = [tree], 0
    while level := [part for each in level for part in _parts(each)]:
        depth += 1
        if depth > MOST_LEVELS:
            raise _too_deep()


def _parts(value: Any) -> Iterator[Any]:
    """What stands in it: names and values of an object, values of a list. Raises Problem for text nobody can store."""
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, str) and not value.isascii():
        _check_text(value)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Problem(400, "surrogate", "An escape between \\ud800 and \\udfff stands without its pair.") from None


def _too_deep() -> ParseError:
    return ParseError(f"Send JSON that is nested less deeply: at most {MOST_LEVELS} levels.")
