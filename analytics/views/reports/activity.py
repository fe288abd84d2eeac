"""What lifecycle and stickiness share: the word of the sentence that says what being active means."""

from dataclasses import replace
from typing import Any

from analytics.query.model import Condition, QueryError
from analytics.reports.names import event_names
from analytics.reports.steps import ANYTHING, Step
from analytics.views.menus import Item
from analytics.views.reports.frame import ReportPage
from analytics.views.reports.steps import StepRow, step_row, with_condition


def active_row(page: ReportPage, asked: Any) -> StepRow:
    def put(step: Step | None) -> str:
        return page.asking(replace(asked, active=step or ANYTHING)).url()

    names = event_names(page.query(compare=None), page.now)
    own = () if asked.active == ANYTHING else asked.active
    row = step_row("A", own, names, put, page.asking(asked).url(into="active"), can_go=False)
    return replace(row, events=[Item("any event", put(None), asked.active == ANYTHING), *row.events])


def intervals(page: ReportPage) -> list[Item]:
    return [Item(each, page.url(interval=each), each == page.interval) for each in page.intervals]


def narrowed(asked: Any, into: str, added: Condition) -> Any:
    if into != "active":
        raise QueryError("Narrow `active`.", "into")
    return replace(asked, active=with_condition(() if asked.active == ANYTHING else asked.active, added))
