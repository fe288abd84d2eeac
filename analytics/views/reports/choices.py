"""Choices of a sentence as links: the same page, asking something else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analytics.query.page import PageQuery
from analytics.views.menus import Item
from analytics.views.reports.frame import ReportPage
from workspaces.models import Workspace


def choices(page: ReportPage, question: Any, name: str, options: Mapping[str, str]) -> list[Item]:
    """One item for each value of the field `name`; all other fields stay, the place in a list does not."""
    kept = replace(question, cursor="") if hasattr(question, "cursor") else question
    return [
        Item(label, page.asking(replace(kept, **{name: value})).url(), getattr(question, name) == value)
        for value, label in options.items()
    ]


def workspace_of(page: PageQuery) -> Workspace:
    """Whose data the page is about. The page's view has checked that its reader may see it."""
    return Workspace.objects.get(id=page.dataset_id // 2)


def bare(page: ReportPage) -> str:
    """The period, filters and data of the page without its report's own question."""
    return replace(page, own=()).url()
