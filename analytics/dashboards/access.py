"""Who may see which dashboard: whoever builds them sees all; a viewer those assigned to them, and the public ones."""

from typing import Any

from django.db.models import Q, QuerySet

from analytics.models import Dashboard
from workspaces.models import Role, Workspace
from workspaces.roles import may


def seen_by(user: Any, role: Role | str | None, workspace: Workspace) -> QuerySet[Dashboard]:
    """Of the workspace. `user` may be a key's holder: keys have no assignments, their role decides."""
    found = Dashboard.objects.filter(workspace=workspace)
    if may(role, "build_dashboards"):
        return found
    if not may(role, "see_dashboards"):
        return found.none()
    mine = Q(is_public=True) | Q(assignments__user_id=user.pk)
    return found.filter(mine).distinct()
