"""What one question to the event store may cost: the limits of a plan or of an operator, as the engine asks for them.

They are rows like all limits (workspaces.limits sets them); here they are read, on the way of every question.
"""

from collections.abc import Iterable

from django.conf import settings

from workspaces.models import Limit

COSTS = ("query_seconds", "query_megabytes", "query_rows")
PRECEDENCE = (Limit.Source.PLAN, Limit.Source.OWN, Limit.Source.OPERATOR)


def of_workspace(workspace_id: int) -> dict[str, int | None]:
    """What was set for its organization; None: no limit. Costs a query."""
    rows = Limit.objects.filter(organization__workspaces=workspace_id, api_key=None, metric__in=COSTS)
    return {row.metric: row.most for row in by_precedence(rows if settings.QUOTAS_ENABLED else [])}


def by_precedence(rows: Iterable[Limit]) -> list[Limit]:
    """What counts more comes later."""
    return sorted(rows, key=lambda row: PRECEDENCE.index(Limit.Source(row.source)))
