"""Fields of a question in JSON, each of the type it has. null is as if a field were left out; nothing else is, so that
no slip of a program goes for a question without that field. QueryError says what to write."""

from collections.abc import Mapping
from typing import Any

from analytics.query.model import QueryError


def list_of(data: Mapping[str, Any], name: str, field: str = "") -> list[Any]:
    """`field`: what the refusal is about, where that is not the name."""
    given = data.get(name)
    if given is not None and not isinstance(given, list):
        raise QueryError(f'{name} is a list, such as "{name}": [].', field or name)
    return given or []


def text_of(data: Mapping[str, Any], name: str, field: str = "") -> str:
    """'' for nothing."""
    given = data.get(name)
    if given is not None and not isinstance(given, str):
        raise QueryError(f'{name} is text, such as "{name}": "…".', field or name)
    return given or ""


def number_of(data: Mapping[str, Any], name: str) -> str:
    """As text, which a page's address has: '' for nothing. Whether it is in its bounds is the reader's to say."""
    given = data.get(name)
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if given is not None and not isinstance(given, str):
        raise QueryError(f'{name} is a whole number, such as "{name}": 5.', name)
    return given or ""


def flag_of(data: Mapping[str, Any], name: str) -> bool:
    given = data.get(name)
    if given is not None and not isinstance(given, bool):
        raise QueryError(f"{name} is true or false.", name)
    return bool(given)
