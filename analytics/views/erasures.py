"""What an organization had erased, and how far each is."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tracking import erasure
from workspaces import roles
from workspaces.access import OrganizationRequest, organization_view

SHOWN = 100


@organization_view(needs=roles.needs("erase"))
@require_safe
def erasures(request: OrganizationRequest, slug: str) -> HttpResponse:
    found = erasure.of_organization(request.organization)[:SHOWN]
    return render(request, "analytics/erasures.html", {"erasures": found})
