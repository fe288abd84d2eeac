"""The organization's own page: name, domain, logo, and its end."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.lib import clock
from workspaces import logos, organizations, roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.forms import ConfirmForm, OrganizationForm, changes, refusals_in


@organization_view(needs=roles.needs("change_organization"))
@require_http_methods(["GET", "POST"])
def general(request: OrganizationRequest, slug: str) -> HttpResponse:
    form = OrganizationForm(request.POST or None, instance=request.organization)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            organizations.update_organization(request.organization, changes(form), actor=request.user, now=clock.now())
            messages.success(request, "Organization saved.")
            return redirect("organization", slug)
    return page(request, form)


def page(request: OrganizationRequest, form: OrganizationForm, logo_error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "logo": logos.logo_of(request.organization),
        "logo_error": logo_error,
        "workspaces": request.organization.workspaces.all(),
        "entries": request.organization.audit_entries.all()[:20],
        "may_delete": roles.may(request.role, "delete_organization"),
    }
    return render(request, "workspaces/organization.html", context, status=status)


@organization_view(needs=roles.needs("delete_organization"))
@require_http_methods(["GET", "POST"])
def delete(request: OrganizationRequest, slug: str) -> HttpResponse:
    form = ConfirmForm(request.POST or None, expected=request.organization.name)
    if request.method == "POST" and form.is_valid():
        organizations.delete_organization(request.organization)
        messages.success(request, f"{form.expected} is deleted.")
        return redirect("home")
    return render(request, "workspaces/delete.html", {"form": form, "name": form.expected, "whole": True})
