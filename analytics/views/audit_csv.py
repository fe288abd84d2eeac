"""The audit log as CSV, with everything needed to check its seals without us."""

from typing import Any

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_GET

from analytics.exports import csv_lines
from config.lib import clock
from config.lib.problems import Problem
from workspaces import audit, roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.audit import log


@organization_view(needs=roles.needs("read_audit"))
@require_GET
def audit_csv(request: OrganizationRequest, slug: str) -> Any:
    try:
        wanted = log.read(request.GET.dict())
    except Problem as problem:
        return problem.response()
    said = ", ".join(f"{name} {value}" for name, value in wanted.parameters.items()) or "all of it"
    audit.record(request.organization, request.user, "audit.export", said, now=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{slug}-audit.csv"'}
    lines = csv_lines(log.table(request.organization, wanted))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
