"""CSV of single people and events: for those who may export, and written down in the audit log."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from analytics.views.reports.frame import Report, csv_view
from config.lib import clock
from workspaces import audit
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.roles import needs


def export_view(report: Report[Any]) -> Callable[..., HttpResponse]:
    download = csv_view(replace(report, needs=needs("export")))

    @require_safe
    @workspace_view(needs=needs("export"))
    def view(request: WorkspaceRequest, slug: str) -> HttpResponse:
        workspace, action = request.workspace, f"{report.name}.exported"
        audit.record(workspace.organization, request.user, action, "CSV", now=clock.now(), workspace=workspace)
        return download(request, slug)

    return view
