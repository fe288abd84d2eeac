"""A filter as it stands in a URL: `is,page,/docs|/blog`. Flat and readable, and it survives being pasted into a chat.

operator,dimension,value|value…       a backslash before | , or \\ in a value takes away its meaning
"""

import re

from analytics.query.model import Filter, QueryError
from analytics.query.words import known_dimension, known_operator

MAX_VALUES = 100
MAX_VALUE_LENGTH = 2000
SHAPE = "Write a filter as operator,dimension,value: for example is,page,/docs or contains,source,goo|bing."


def to_text(given: Filter) -> str:
    values = "|".join(re.sub(r"([\\|,])", r"\\\1", value) for value in given.values)
    return f"{given.operator},{given.dimension},{values}"


def from_text(text: str) -> Filter:
    operator, _, rest = text.partition(",")
    dimension, comma, values = rest.partition(",")
    if not comma:
        raise QueryError(f"{text!r} is not a filter. {SHAPE}", "filters")
    return checked(operator, dimension, tuple(_split(values)))


def checked(operator: str, dimension: str, values: tuple[str, ...]) -> Filter:
    if not 1 <= len(values) <= MAX_VALUES or any(len(value) > MAX_VALUE_LENGTH for value in values):
        raise QueryError(
            f"A filter takes 1 to {MAX_VALUES} values of at most {MAX_VALUE_LENGTH} characters.",
            "filters",
        )
    if operator.startswith("contains") and "" in values:
        raise QueryError("Give 'contains' something to look for: everything contains an empty text.", "filters")
    return Filter(known_dimension(dimension, "filters"), known_operator(operator), values)


def _split(values: str) -> list[str]:
    """At each | that no backslash precedes."""
    parts = re.findall(r"(?:\\.|[^\\|])*\|?", values + "|", re.S)
    return [re.sub(r"\\(.)", r"\1", part[:-1], flags=re.S) for part in parts if part.endswith("|")]
