"""Arithmetic over series, as people write it: `A / B * 100`. Parsed into a tree of our own, never run as code.

    sum      product (("+" | "-") product)*
    product  factor (("*" | "/") factor)*
    factor   number | letter | "(" sum ")" | "-" factor

A value that is not known, or a division by nothing, makes the whole unknown: None, shown as "–".
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from analytics.query.model import QueryError

MAX_LENGTH = 200
MAX_DEPTH = 30
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z])(?![A-Za-z])|([-+*/()]))")
EXAMPLE = "Write arithmetic over the letters of the series, such as A / B * 100."
Sign = Literal["+", "-", "*", "/"]
APPLY: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Letter:
    name: str


@dataclass(frozen=True)
class Both:
    sign: str
    left: "Formula"
    right: "Formula"


Formula = Number | Letter | Both


def parse(text: str, letters: str) -> Formula:
    """QueryError, which says where it stopped, for what is no formula over these letters."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"A formula has at most {MAX_LENGTH} characters.", "formula")
    reader = _Reader(_tokens(text), letters.upper())
    found = reader.sum()
    if reader.rest:
        raise _unexpected(reader.rest[0])
    return found


def value(formula: Formula, of: Mapping[str, float | None]) -> float | None:
    match formula:
        case Number(known):
            return known
        case Letter(name):
            return of[name]
        case Both(sign, left, right):
            a, b = value(left, of), value(right, of)
            if a is None or b is None or (sign == "/" and b == 0):
                return None
            return APPLY[sign](a, b)


def letters_of(formula: Formula) -> set[str]:
    match formula:
        case Letter(name):
            return {name}
        case Both(_, left, right):
            return letters_of(left) | letters_of(right)
    return set()


@dataclass(frozen=True)
class _Token:
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if match is None:
            raise QueryError(f"The formula cannot be read from {text[place:].strip()[:20]!r} on. {EXAMPLE}", "formula")
        found.append(_Token(match[0].strip().upper(), match.end()))
        place = match.end()
    return found


def _unexpected(token: _Token | None) -> QueryError:
    what = f"{token.text!r} at place {token.at} is not expected there" if token else "The formula stops too early"
    return QueryError(f"{what}. {EXAMPLE}", "formula")


class _Reader:
    """Takes tokens from the front, one rule of the grammar a method."""

    def __init__(self, tokens: list[_Token], letters: str) -> None:
        self.rest, self.letters, self.depth = tokens, letters, 0

    def sum(self) -> Formula:
        found = self.product()
        while sign := self._one_of("+-"):
            found = Both(sign, found, self.product())
        return found

    def product(self) -> Formula:
        found = self.factor()
        while sign := self._one_of("*/"):
            found = Both(sign, found, self.factor())
        return found

    def factor(self) -> Formula:
        self.depth += 1
        if self.depth > MAX_DEPTH or not self.rest:
            raise _unexpected(self.rest[0] if self.rest else None)
        token = self.rest.pop(0)
        found = self._factor(token)
        self.depth -= 1
        return found

    def _factor(self, token: _Token) -> Formula:
        if token.text == "-":
            return Both("-", Number(0), self.factor())
        if token.text == "(":
            found = self.sum()
            if not self._one_of(")"):
                raise _unexpected(self.rest[0] if self.rest else None)
            return found
        if token.text.isalpha():
            return self._letter(token)
        if token.text in "+*/)":
            raise _unexpected(token)
        return Number(float(token.text))

    def _letter(self, token: _Token) -> Letter:
        if token.text not in self.letters:
            known = ", ".join(self.letters) or "none"
            raise QueryError(f"There is no series {token.text}. The series are {known}.", "formula")
        return Letter(token.text)

    def _one_of(self, signs: str) -> str:
        if self.rest and self.rest[0].text in signs:
            return self.rest.pop(0).text
        return ""
