"""The audit log of an organization: who did what, filtered; and whether the chain of entries is whole."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.lib.problems import Problem
from workspaces import roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.audit import chain, log
from workspaces.audit.log import Filter

READS = roles.needs("read_audit")


@organization_view(needs=READS)
@require_GET
def audit(request: OrganizationRequest, slug: str) -> HttpResponse:
    wanted = _wanted(request)
    page, names = log.page(request.organization, wanted), _names(request)
    context = {
        "wanted": wanted,
        "rows": [(entry, names.get(entry.workspace_id or 0, "")) for entry in page.entries],
        "actions": log.actions(request.organization),
        "workspaces": request.organization.workspaces.all(),
        "older": _address(slug, wanted, page.next_before),
        "csv": f"{reverse('audit_csv', args=[slug])}?{urlencode(wanted.parameters)}",
        "checked": chain.verify(request.organization) if "check" in request.GET else None,
        "check": f"?{urlencode(wanted.parameters | {'check': '1'})}",
    }
    return render(request, "workspaces/audit.html", context)


def _wanted(request: OrganizationRequest) -> Filter:
    try:
        return log.read(request.GET.dict())
    except Problem as problem:
        messages.error(request, problem.detail)
        return Filter()


def _names(request: OrganizationRequest) -> dict[int, str]:
    return dict(request.organization.workspaces.values_list("id", "name"))


def _address(slug: str, wanted: Filter, before: int | None) -> str:
    """Of the page that follows; "" at the end."""
    if before is None:
        return ""
    parameters: dict[str, Any] = wanted.parameters | {"before": before}
    return f"{reverse('audit', args=[slug])}?{urlencode(parameters)}"
