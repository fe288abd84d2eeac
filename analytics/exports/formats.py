"""The formats of a file, each written row by row: memory does not grow with the number of rows.

`write(columns, rows, file)` takes rows as `spool.read` gives them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from analytics.exports import parquet
from analytics.exports.csv_lines import line
from analytics.exports.spool import Column

Write = Callable[[Sequence[Column], Iterator[list[Any]], IO[bytes]], None]
SHEET_ROWS = 1_048_575  # below the heading
LONGEST_CELL = 32_767  # characters; Excel holds no more in a cell


@dataclass(frozen=True)
class Format:
    name: str  # in addresses, and the file's ending
    label: str
    content_type: str
    write: Write


def write_csv(columns: Sequence[Column], rows: Iterator[list[Any]], file: IO[bytes]) -> None:
    file.write(line(column.name for column in columns).encode())
    for row in rows:
        file.write(line("" if cell is None else cell for cell in row).encode())


def write_json(columns: Sequence[Column], rows: Iterator[list[Any]], file: IO[bytes]) -> None:
    """A list of objects, one a line, so that it can be read line by line too."""
    names, encode, before = [column.name for column in columns], msgspec.json.Encoder().encode, b"[\n"
    for row in rows:
        file.write(before + encode(dict(zip(names, row, strict=True))))
        before = b",\n"
    file.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def write_xlsx(columns: Sequence[Column], rows: Iterator[list[Any]], file: IO[bytes]) -> None:
    """Text is written as text, whatever it looks like. A sheet that is full is followed by another."""
    import xlsxwriter  # not before it is needed: 20 MB in every process otherwise

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        sheet, place = _sheet(book, columns, bold), 0
        for row in rows:
            if place == SHEET_ROWS:
                sheet, place = _sheet(book, columns, bold), 0
            place += 1
            for n, cell in enumerate(row):
                if isinstance(cell, bool):
                    sheet.write_boolean(place, n, cell)
                elif isinstance(cell, int | float):
                    sheet.write_number(place, n, cell)
                elif cell:  # an empty text is an empty cell
                    sheet.write_string(place, n, _fitting(str(cell)))


def _sheet(book: Any, columns: Sequence[Column], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for n, column in enumerate(columns):
        sheet.write_string(0, n, _fitting(column.name), bold)
    return sheet


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", "CSV", "text/csv; charset=utf-8", write_csv),
        Format("xlsx", "Excel", SPREADSHEET, write_xlsx),
        Format("json", "JSON", "application/json", write_json),
        Format("parquet", "Parquet", "application/vnd.apache.parquet", parquet.write),
    )
}
