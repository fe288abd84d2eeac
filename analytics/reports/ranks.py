"""Texts as numbers: the place of each among all that a statement may meet, in their order.

Numbers are collected, sorted and grouped several times as fast as texts, and most columns of texts are dictionaries
already: a place is looked up once for each text of a dictionary, not for each row. What it takes is one more reading of
that column alone, of all that a statement may meet (analytics.query.scope.around).
"""

RANK = 24  # bits of a rank: 16 million texts are more than the memory of one question holds
MASK = (1 << RANK) - 1


def named(text: str, where: str) -> str:
    """SQL to begin a statement with: `names` is every `text` (SQL over `events`) there is, sorted; "" is the first."""
    found = f"SELECT DISTINCT toString({text}) AS text FROM events WHERE {where}"
    return f"WITH (SELECT arraySort(arrayDistinct(arrayPushBack(groupArray(text), ''))) FROM ({found})) AS names"


def rank(text: str) -> str:
    """From 1; 0 for a text that arrived after `names` was read."""
    return f"toUInt32(transform(toString({text}), names, arrayEnumerate(names), 0))"
