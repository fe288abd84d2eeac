"""Amounts of money in SQL and in Python: exact, by currency, in ten-thousandths on the way.

`value` is what the event said it was worth, as a number; without one its property `amount`, as payment libraries send
it, or `value` or `revenue` as text, as pages send them. An event that names no currency is in the workspace's own. What
it names that is no code, as "Euro", stays a currency of its own, which nobody has a rate for: a number under a wrong
name can be seen, one added to others cannot.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from analytics.models import CurrencyRate
from analytics.query.scope import Parameters
from workspaces.models import Workspace

PARTS = 10_000  # of one unit: more than any currency has
_TEXTS = ", ".join(f"toFloat64OrZero(props['{name}'])" for name in ("amount", "value", "revenue"))
# No sum of these leaves 128 bits, and no number that is none gets through.
AMOUNT = f"toInt128(round(arrayFirst(x -> x != 0 AND abs(x) <= 1e15, [value, {_TEXTS}]) * {PARTS}))"
LONGEST_NAME = 12  # of a currency that is none


def currency(workspace: Workspace, bound: Parameters) -> str:
    own = bound.bind(workspace.currency, "String")
    said = f"upper(trimBoth(substringUTF8(props['currency'], 1, {LONGEST_NAME})))"
    return f"multiIf(currency != '', toString(currency), {said} != '', {said}, {own})"


def earned(paid: tuple[str, ...], refunded: tuple[str, ...], bound: Parameters) -> str:
    """What one event brought in: a payment's amount, less than nothing for a refund, told as 20 or as -20."""
    ins, outs = (f"name IN {bound.bind(list(names), 'Array(String)')}" for names in (paid, refunded))
    return f"multiIf({ins}, {AMOUNT}, {outs}, -abs({AMOUNT}), toInt128(0))"


def by_currency(workspace: Workspace, paid: tuple[str, ...], refunded: tuple[str, ...], bound: Parameters) -> str:
    """An aggregate: currency -> what was earned in it; `decimals` reads it."""
    return f"sumMap(map({currency(workspace, bound)}, {earned(paid, refunded, bound)}))"


def decimals(summed: dict[str, int]) -> dict[str, Decimal]:
    return {code: decimal(parts) for code, parts in sorted(summed.items()) if parts}


def decimal(parts: int) -> Decimal:
    """Ten-thousandths as an amount, without zeros at its end but with two digits at least."""
    amount = Decimal(int(parts)) / PARTS
    return amount.quantize(Decimal("0.01")) if amount == amount.quantize(Decimal("0.01")) else amount.normalize()


@dataclass(frozen=True)
class Rates:
    """What amounts of other currencies are worth in `own`, as far as somebody has said so."""

    own: str
    known: dict[str, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, workspace: Workspace) -> "Rates":
        stated = CurrencyRate.objects.filter(workspace=workspace).values_list("currency", "rate")
        return cls(workspace.currency, dict(stated) | {workspace.currency: Decimal(1)})

    def total(self, amounts: dict[str, Decimal]) -> Decimal:
        """In the workspace's currency; what has no rate is left out: see `without_rate`."""
        return sum((amount * self.known[code] for code, amount in amounts.items() if code in self.known), Decimal(0))

    def without_rate(self, amounts: dict[str, Decimal]) -> dict[str, Decimal]:
        return {code: amount for code, amount in amounts.items() if code not in self.known and amount}
