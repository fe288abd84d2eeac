"""Saved metrics: formulas over series, such as "paying share". Trends, dashboards and alerts ask for them by id."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from analytics import formulas
from analytics.models import SavedMetric
from analytics.query.condition_json import kept
from analytics.query.lookup import SavedOf
from analytics.query.page import PageQuery
from analytics.reports.trends import LETTERS, Series, Trend, answer
from analytics.reports.trends.custom import custom_of
from analytics.reports.trends.read import series_of
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Workspace

MOST = 200  # in a workspace
TAKEN = "There is a metric of this name. Choose another."


@transaction.atomic
def create(
    workspace: Workspace,
    *,
    name: str,
    series: Any,
    formula: str,
    actor: Any,
    now: datetime,
    unit: str = "count",
    description: str = "",
) -> SavedMetric:
    """`series` as in the API's trends. QueryError for what cannot be understood, Problem for a name that is taken."""
    if SavedMetric.objects.filter(workspace=workspace).count() >= MOST:
        raise Problem(409, "too_many", f"A workspace has at most {MOST} saved metrics. Delete one first.")
    maker = actor if getattr(actor, "pk", None) else None
    made = SavedMetric(workspace=workspace, created_by=maker, created_at=now, name=name, description=description)
    _define(made, series, formula, unit, now)
    _record(made, "metric.created", actor, now)
    return made


@transaction.atomic
def change(metric: SavedMetric, *, actor: Any, now: datetime, **fields: Any) -> SavedMetric:
    for field in ("name", "description"):
        setattr(metric, field, fields.get(field, getattr(metric, field)))
    old = {"series": metric.series, "formula": metric.formula, "unit": metric.unit}
    _define(metric, **(old | {name: value for name, value in fields.items() if name in old}), now=now)
    _record(metric, "metric.changed", actor, now)
    return metric


@transaction.atomic
def delete(metric: SavedMetric, *, actor: Any, now: datetime) -> None:
    metric.delete()
    _record(metric, "metric.deleted", actor, now)


def value(metric: SavedMetric, page: PageQuery, now: datetime) -> float | None:
    """Its number over the whole period of `page`: what an alert watches. Errors of the store."""
    asked = Trend(series=(custom_of(metric, SavedOf(metric.workspace, now)),))
    return answer(page, asked, now).lines[0].total


def _define(metric: SavedMetric, series: Any, formula: str, unit: str, now: datetime) -> None:
    found = series_of(series, SavedOf(metric.workspace, now))
    formulas.parse(formula, LETTERS[: len(found)])
    metric.series = [_written(each) for each in found]
    metric.formula, metric.unit, metric.updated_at, metric.name = formula, unit, now, metric.name.strip()
    try:
        with transaction.atomic():
            metric.save()
    except IntegrityError:
        raise Problem(409, "name_taken", TAKEN, field="name") from None


def _written(series: Series) -> dict[str, Any]:
    return {"metric": series.metric, "filters": kept(series.conditions)}


def _record(metric: SavedMetric, action: str, actor: Any, now: datetime) -> None:
    workspace = metric.workspace
    audit.record(workspace.organization, actor, action, metric.name, now=now, workspace=workspace)
