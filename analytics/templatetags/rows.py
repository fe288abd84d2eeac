"""{% table_rows table receipts_at %}: the rows of a panel, with their bars, flags, links and receipts.

A tag and not a template: a page shows fifty of them with thirty places each, and a template finding out what belongs
into each place was a third of what the whole page cost.
"""

from functools import cache
from html import escape

from django import template
from django.templatetags.static import static
from django.utils.safestring import SafeString

from analytics.views.rows import Cell, PanelRow, Table
from config.lib.icons import icon

register = template.Library()


@register.simple_tag
def table_rows(table: Table, receipts_at: str = "") -> SafeString:
    """`receipts_at` is the address of receipts; without it numbers are no links."""
    return SafeString("\n".join(_row(each, receipts_at) for each in table.rows))


def _row(row: PanelRow, receipts_at: str) -> str:
    label = escape(row.label)
    return (
        f'<tr><th scope="row"><svg class="bar" aria-hidden="true"><rect width="{row.bar}%" height="100%"/></svg>'
        f'<span class="row-label">{_mark(row)}<a href="{escape(row.href)}" title="{label}">{label}</a>'
        f"{_outside(row.outside, label)}</span></th>{''.join(_cell(each, receipts_at) for each in row.cells)}</tr>"
    )


def _mark(row: PanelRow) -> str:
    if row.flag:
        return f'<img class="flag" src="{_address(row.flag)}" alt="" width="18" height="12" loading="lazy">'
    return icon(row.icon, "text-muted") if row.icon else ""


def _outside(href: str, label: str) -> str:
    if not href:
        return ""
    return (
        f'<a class="outside" href="{escape(href)}" hx-boost="false" target="_blank" rel="noopener noreferrer"'
        f' aria-label="Open {label}">{icon("arrow-top-right-on-square")}</a>'
    )


def _cell(cell: Cell, receipts_at: str) -> str:
    text = escape(cell.text)
    if receipts_at and cell.receipt:
        text = f'<a class="receipt-number" href="{escape(receipts_at + cell.receipt)}" data-receipt>{text}</a>'
    return f'<td class="number{" share" if cell.is_share else ""}" title="{escape(cell.title)}">{text}</td>'


@cache
def _address(name: str) -> str:
    """`name` is the path of a static file, of which there are as many as countries."""
    return escape(static(name))
