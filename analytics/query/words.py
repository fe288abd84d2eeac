"""Checks a word somebody typed against those there are, and says which to write instead."""

from collections.abc import Iterable

from analytics.query.catalogue import DIMENSIONS, METRICS, OPERATORS, PROPERTY, dimension
from analytics.query.model import Operator, QueryError
from config.lib.nearest import hint


def known(kind: str, word: str, choices: Iterable[str], field: str) -> str:
    """`word` if it is one of `choices`; else QueryError with the nearest and all of them."""
    names = list(choices)
    if word in names:
        return word
    raise QueryError(f"Unknown {kind} {word!r}.{hint(word, names)} Choose from: {', '.join(names)}.", field)


def known_metric(word: str) -> str:
    return known("metric", word, METRICS, "metrics")


def known_dimension(word: str, field: str = "dimensions") -> str:
    """A name of the catalogue, or prop:<key>."""
    if word.startswith(PROPERTY):
        try:
            return dimension(word).name
        except KeyError:
            raise QueryError(
                f"{word!r} names no property. Write prop: and its key, such as prop:plan; "
                "a key has letters, digits, blanks and . _ $ - (at most 200).",
                field,
            ) from None
    return known("dimension", word, [*DIMENSIONS, "prop:<key>"], field)


def known_operator(word: str) -> Operator:
    known("operator", word, OPERATORS, "filters")
    return word  # type: ignore[return-value]
