"""How the visitors of a period fall into groups: by a dimension's values, or into the saved segments."""

from dataclasses import dataclass
from datetime import datetime

from analytics.models import Segment
from analytics.query import run_many
from analytics.query.lookup import SavedOf
from analytics.query.page import PageQuery
from workspaces.models import Workspace

GROUPS = 100


@dataclass(frozen=True)
class Group:
    key: str
    name: str
    visitors: int
    visits: int
    share: float | None  # of all visitors, in percent


@dataclass(frozen=True)
class Segmentation:
    visitors: int
    groups: list[Group]


def segmentation(page: PageQuery, workspace: Workspace, by: str, now: datetime) -> Segmentation:
    """`by` is a dimension, or "segment". A visitor may be in several groups. QueryError; errors of the store."""
    return _into_segments(page, workspace, now) if by == "segment" else _by_values(page, by, now)


def _into_segments(page: PageQuery, workspace: Workspace, now: datetime) -> Segmentation:
    saved = SavedOf(workspace, now)
    rows = list(Segment.objects.filter(workspace=workspace))
    whole = page.query("visitors", compare=None)
    asked = [page.query("visitors", "visits", filters=(saved.segment(str(row.uid)),), compare=None) for row in rows]
    everybody, *found = run_many([whole, *asked], now)
    visitors = int(everybody.totals["visitors"] or 0)
    groups = [_group(str(row.uid), row.name, each.totals, visitors) for row, each in zip(rows, found, strict=True)]
    return Segmentation(visitors, groups)


def _by_values(page: PageQuery, by: str, now: datetime) -> Segmentation:
    whole = page.query("visitors", compare=None)
    asked = page.query("visitors", "visits", dimensions=(by,), limit=GROUPS, compare=None, totals=False)
    everybody, found = run_many([whole, asked], now)
    visitors = int(everybody.totals["visitors"] or 0)
    return Segmentation(visitors, [_group(row.keys[0], row.keys[0], row.values, visitors) for row in found.rows])


def _group(key: str, name: str, values: dict[str, float | None], visitors: int) -> Group:
    seen = int(values["visitors"] or 0)
    return Group(key, name, seen, int(values["visits"] or 0), 100 * seen / visitors if visitors else None)
