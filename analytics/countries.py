"""Names of countries by ISO 3166-1 alpha-2 code, in English, from Unicode CLDR. flags/<code>.svg exists for each."""

import json
from functools import cache
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "data" / "countries.json"


@cache
def names() -> dict[str, str]:
    """Code -> name."""
    table: dict[str, str] = json.loads(TABLE.read_text())
    return table


def name_of(code: str) -> str:
    """The name; the code itself where it is unknown."""
    return names().get(code, code)


def codes_of(text: str) -> tuple[str, ...]:
    """Countries whose code or name contains `text`, as people type it: "germ" gives DE."""
    sought = text.casefold()
    return tuple(code for code, name in names().items() if sought in name.casefold() or sought == code.casefold())
