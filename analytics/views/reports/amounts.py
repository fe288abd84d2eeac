"""Money as people read it: 1,234.50 EUR; amounts of several currencies one after the other, never added up."""

from collections.abc import Mapping
from decimal import Decimal

from analytics.templatetags.numbers import NOTHING
from analytics.views.reports.tables import Cell

# Symbols that mean one currency to everybody who sees them; for all others the code is clearer.
SIGNS = {"EUR": "€", "GBP": "£"}
NARROW = "\u202f"


def amount(value: Decimal | float | None, code: str) -> str:
    if value is None:
        return NOTHING
    exact = Decimal(str(value)).quantize(Decimal("0.01"))
    sign = "−" if exact < 0 else ""
    return f"{sign}{abs(exact):,.2f}{NARROW}{SIGNS.get(code, code)}"


def amounts(values: Mapping[str, Decimal]) -> str:
    return ", ".join(amount(value, code) for code, value in values.items()) or NOTHING


def cell(values: Mapping[str, Decimal]) -> Cell:
    return Cell(amounts(values), "; ".join(f"{value} {code}" for code, value in values.items()))
