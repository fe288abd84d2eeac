"""A table of a report as values: what stands in each cell, how it reads, and where it leads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics import countries
from analytics.templatetags import numbers


@dataclass(frozen=True)
class Column:
    label: str
    is_number: bool = False
    title: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    raw: Any = ""  # as the CSV has it
    title: str = ""
    href: str = ""
    flag: str = ""
    note: str = ""  # small, behind the text
    mood: str = ""  # good, fair, poor
    receipt: str = ""  # row=4&column=6: its place in the CSV, where that is not its place here


@dataclass(frozen=True)
class Table:
    caption: str
    columns: list[Column]
    rows: list[list[Cell]]
    nothing: str
    icon: str = "table-cells"
    more_href: str = ""
    back_href: str = ""
    note: str = ""
    has_receipts: bool = False  # its rows and columns are those of the CSV, by which receipts name a number
    first: int = 0  # place of the first row there

    @property
    def cells(self) -> list[list[tuple[Column, Cell]]]:
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]

    def csv(self) -> Iterable[Iterable[object]]:
        yield [column.label for column in self.columns]
        for row in self.rows:
            yield [cell.raw for cell in row]


@dataclass(frozen=True)
class Fact:
    """One figure above a table."""

    label: str
    value: str
    title: str = ""
    note: str = field(default="")


def text(value: str, href: str = "", empty: str = "(not set)", note: str = "") -> Cell:
    return Cell(value or empty, value, value, href, note=note)


def count(value: float | None, href: str = "") -> Cell:
    return Cell(numbers.exact(value), "" if value is None else value, href=href)


def percent(value: float | None) -> Cell:
    return Cell(numbers.percent(value), "" if value is None else round(value, 4))


def seconds(value: float | None) -> Cell:
    return Cell(numbers.duration(value), "" if value is None else round(value, 3))


def moment(at: datetime, zone: str) -> Cell:
    here = at.astimezone(ZoneInfo(zone))
    return Cell(f"{here.day} {here:%b %Y, %H:%M}", here.isoformat())


def country(code: str, href: str = "") -> Cell:
    is_known = code in countries.names()
    name = countries.name_of(code) if code else "Unknown"
    return Cell(name, code, name, href, flag=f"flags/{code}.svg" if is_known else "")
