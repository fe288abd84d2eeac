"""The logo of an organization: seen by its members, changed on the organization's page."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from config.lib import clock
from config.lib.problems import Problem
from workspaces import logos, roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.forms import OrganizationForm
from workspaces.views.organization import page


@organization_view(needs=roles.needs("change_organization"))
@require_http_methods(["GET", "POST"])
@cache_control(private=True, no_cache=True)
def logo(request: OrganizationRequest, slug: str) -> HttpResponse:
    return _changed(request) if request.method == "POST" else _shown(request)


def _shown(request: OrganizationRequest) -> HttpResponse:
    found = logos.logo_of(request.organization)
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.data), content_type=f"image/{found.kind}")
    response._csp_replace = {"default-src": ["'none'"]}  # type: ignore[attr-defined]
    return response


def _changed(request: OrganizationRequest) -> HttpResponse:
    organization, now = request.organization, clock.now()
    if "remove" in request.POST:
        logos.remove_logo(organization, actor=request.user, now=now)
        messages.success(request, "The logo is removed.")
        return redirect("organization", organization.slug)
    given = request.FILES.get("logo")
    try:
        raw = given.read(logos.MOST_BYTES + 1) if given else b""
        logos.set_logo(organization, raw, actor=request.user, now=now)
    except Problem as refused:
        return page(request, OrganizationForm(instance=organization), refused.detail, status=422)
    messages.success(request, "The logo stands on PDFs and mailed reports from now on.")
    return redirect("organization", organization.slug)
