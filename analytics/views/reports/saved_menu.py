"""The menu of saved segments and cohorts: each entry is a link to the page, narrowed by it."""

from dataclasses import dataclass

from django.urls import reverse

from analytics import models
from analytics.query.model import Cohort, Condition, Segment
from analytics.query.page import PageQuery
from analytics.views.menus import Item
from workspaces.models import Workspace


@dataclass(frozen=True)
class SavedMenu:
    segments: list[Item]
    cohorts: list[Item]
    segments_href: str
    cohorts_href: str
    save_href: str  # a new segment with the filters of the page


def saved_menu(workspace: Workspace, page: PageQuery) -> SavedMenu:
    segments = models.Segment.objects.filter(workspace=workspace)
    cohorts = models.Cohort.objects.filter(workspace=workspace)
    return SavedMenu(
        [_item(page, Segment(str(each.uid), each.name)) for each in segments],
        [_item(page, Cohort(str(each.uid), each.name)) for each in cohorts],
        reverse("segments", args=[workspace.slug]),
        reverse("cohorts", args=[workspace.slug]),
        reverse("segment_new", args=[workspace.slug]) + page.url(),
    )


def _item(page: PageQuery, given: Segment | Cohort) -> Item:
    """A link that takes it, or lets it go."""
    taken = [n for n, each in enumerate(page.filters) if _same(each, given)]
    narrowed = page.without_filter(taken[0]) if taken else page.with_condition(given)
    return Item(given.name, narrowed.url(), bool(taken))


def _same(each: Condition, given: Segment | Cohort) -> bool:
    return isinstance(each, Segment | Cohort) and type(each) is type(given) and each.uid == given.uid
