"""What a workspace spent on winning customers: told by API or CSV, as often as one likes; the last word counts.

A row is a day, a source, perhaps a campaign, an amount and its currency. What is known of the same day, source,
campaign and currency is replaced, so a file may be sent again.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from analytics.models import AcquisitionSpend
from analytics.rollups import days
from analytics.rollups.dataset import Dataset
from config.lib.problems import Problem
from workspaces.models import ENVIRONMENTS, Workspace

FIELDS = ("date", "source", "campaign", "amount", "currency")
CURRENCY = re.compile(r"[A-Z]{3}")
MAX_ROWS = 10_000
LARGEST = Decimal("1e11")
KEY = ["workspace", "day", "source", "campaign", "currency"]


@dataclass(frozen=True)
class Spent:
    day: date
    source: str
    campaign: str
    amount: Decimal
    currency: str


def record(workspace: Workspace, given: Iterable[Mapping[str, Any]]) -> int:
    """All rows or none; how many. Problem names the first row that cannot be understood."""
    rows = [_spent(number, row, workspace.currency) for number, row in enumerate(given, start=1)]
    if len(rows) > MAX_ROWS:
        raise Problem(422, "too_many_rows", f"At most {MAX_ROWS} rows at once; you sent {len(rows)}.", field="rows")
    last = {(each.day, each.source, each.campaign, each.currency): each for each in rows}
    made = [AcquisitionSpend(workspace=workspace, **vars(each)) for each in last.values()]
    with transaction.atomic():
        AcquisitionSpend.objects.bulk_create(
            made, 500, update_conflicts=True, unique_fields=KEY, update_fields=["amount"]
        )
        _reopen(workspace, {each.day for each in rows})
    return len(rows)


def forget(spend: AcquisitionSpend) -> None:
    with transaction.atomic():
        spend.delete()
        _reopen(spend.workspace, {spend.day})


def rows_of_csv(text: str) -> list[dict[str, str]]:
    """With a heading line: date,source,campaign,amount,currency in any order; campaign and currency may be missing."""
    try:
        return _rows_of(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=None), skipinitialspace=True))
    except csv.Error as error:
        raise Problem(422, "not_csv", f"This is no CSV that can be read: {error}.", field="file") from None


def _rows_of(reader: "csv.DictReader[str]") -> list[dict[str, str]]:
    names = [name.strip().lower() for name in reader.fieldnames or []]
    missing = {"date", "source", "amount"} - set(names)
    if missing:
        wanted = ",".join(FIELDS)
        raise Problem(
            422,
            "no_heading",
            f"The first line names the columns: {wanted}. Missing: {', '.join(sorted(missing))}.",
            field="file",
        )
    reader.fieldnames = names
    return [{name: value or "" for name, value in row.items() if name in FIELDS} for row in reader]


def _spent(number: int, row: Mapping[str, Any], usual: str) -> Spent:
    said = {name: str(row.get(name) or "").strip() for name in FIELDS}
    code = said["currency"].upper() or usual
    if not CURRENCY.fullmatch(code):
        raise _wrong(number, "currency", f"{said['currency']!r} is no currency; write a code such as EUR.")
    if not said["source"] or len(said["source"]) > 100 or len(said["campaign"]) > 200:
        raise _wrong(
            number, "source", "a source of up to 100 characters is needed, such as google; a campaign has up to 200."
        )
    if not (said["source"] + said["campaign"]).isprintable():
        raise _wrong(number, "source", "source and campaign are printable text.")
    return Spent(_day(number, said["date"]), said["source"], said["campaign"], _amount(number, said["amount"]), code)


def _day(number: int, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1970 < day.year < 2100:
        raise _wrong(number, "date", f"{text!r} is no date; write 2026-01-31.")
    return day


def _amount(number: int, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        raise _wrong(number, "amount", f"{text!r} is no amount; write 12.50, with a point and without a sign.")
    return amount.quantize(Decimal("0.0001"))


def _wrong(number: int, field: str, said: str) -> Problem:
    return Problem(422, "invalid_spend", f"Row {number}: {said}", field=field, row=number)


def _reopen(workspace: Workspace, touched: set[date]) -> None:
    for environment in ENVIRONMENTS:
        days.reopen(Dataset.of(workspace, environment), touched)
