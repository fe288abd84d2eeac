"""Settings of the business metrics: which events mean what, exchange rates, and what was spent on customers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from analytics.models import AcquisitionSpend, CurrencyRate
from analytics.query import run
from analytics.query.model import Filter, Query
from analytics.query.periods import preset
from analytics.rollups import spend as spending
from analytics.rollups.roles import ROLES, names_of, only_identified, save_names
from config.lib import clock
from config.lib.problems import Problem
from tracking import store
from workspaces import audit, roles
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.forms import refusals_in
from workspaces.models import Workspace

SPEND_SHOWN = 20
MAX_FILE_BYTES = 2 << 20


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CurrencyRate
        fields = ["currency", "rate"]
        widgets = {"currency": forms.TextInput({"placeholder": "EUR", "autocapitalize": "characters"})}

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_rate(self) -> Any:
        if not self.cleaned_data["rate"]:
            raise forms.ValidationError("A rate is more than nothing.")
        return self.cleaned_data["rate"]


class SpendForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        max_length=200,
        widget=forms.FileInput({"class": "file-input w-full max-w-md", "accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError("At most 2 MB; send the file in parts.")
        try:
            return str(file.read().decode())
        except UnicodeDecodeError:
            raise forms.ValidationError("This is no text in UTF-8. Save the sheet as CSV, UTF-8.") from None


@dataclass(frozen=True)
class RoleField:
    key: str
    label: str
    meaning: str
    value: str
    seen: str | None  # which of its names happened lately; None: nobody can say now
    error: str = ""


@workspace_view(needs=roles.needs("change_workspace"))
@require_http_methods(["GET", "POST"])
def business_settings(request: WorkspaceRequest, slug: str) -> HttpResponse:
    rates, spend = RateForm(), SpendForm()
    errors: dict[str, str] = {}
    if request.method == "POST":
        form = request.POST.get("form", "")
        if form == "rate":
            rates = RateForm(request.POST, instance=CurrencyRate(workspace=request.workspace))
        elif form == "spend":
            spend = SpendForm(request.POST, request.FILES)
        if said := _done(request, form, rates if form == "rate" else spend, errors):
            messages.success(request, said)
            return HttpResponseRedirect(reverse("business_settings", args=[slug]))
    return render(request, "analytics/settings/business.html", _context(request, rates, spend, errors))


@transaction.atomic
def _done(request: WorkspaceRequest, name: str, form: forms.BaseForm, errors: dict[str, str]) -> str:
    """What was changed, in words, with its line in the audit log; empty where nothing was. `errors` gets the roles'."""
    acts: dict[str, Callable[..., str]] = {
        "rate": _state_rate,
        "spend": _record_spend,
        "forget_rate": _forget_rate,
        "forget_spend": _forget_spend,
    }
    if name == "roles":
        errors.update(_save_roles(request))
        said = "" if errors else "Saved. All days are computed anew."
    else:
        said = acts[name](request, form) if name in acts else ""
    if said:
        workspace, action = request.workspace, "business_metrics.changed"
        audit.record(workspace.organization, request.user, action, name, now=clock.now(), workspace=workspace)
    return said


def _context(request: WorkspaceRequest, rates: RateForm, spend: SpendForm, errors: dict[str, str]) -> dict[str, Any]:
    workspace = request.workspace
    return {
        "roles": _roles(workspace, request.POST if errors else {}, errors),
        "rates_form": rates,
        "rates": CurrencyRate.objects.filter(workspace=workspace),
        "spend_form": spend,
        "spend": AcquisitionSpend.objects.filter(workspace=workspace)[:SPEND_SHOWN],
        "own": workspace.currency,
        "only_identified": only_identified(workspace),
    }


def _roles(workspace: Workspace, given: Any, errors: dict[str, str]) -> list[RoleField]:
    names, seen = names_of(workspace), _seen(workspace)
    return [
        RoleField(
            key,
            role.label,
            role.meaning,
            given.get(key, ", ".join(names[key])),
            None if seen is None else ", ".join(f"{name}: {seen[name]:,}" for name in names[key] if seen.get(name)),
            errors.get(key, ""),
        )
        for key, role in ROLES.items()
    ]


def _seen(workspace: Workspace) -> dict[str, int] | None:
    now = clock.now()
    every = tuple(sorted({name for names in names_of(workspace).values() for name in names}))
    query = Query(
        workspace.dataset_id(), workspace.timezone, preset("28d", now, workspace.timezone), ("events",), ("event",),
        filters=(Filter("event", "is", every),), limit=len(every) or 1, totals=False,
    )  # fmt: skip
    try:
        return {row.keys[0]: int(row.values["events"] or 0) for row in run(query, now).rows}
    except store.StoreError:
        return None


def _save_roles(request: WorkspaceRequest) -> dict[str, str]:
    try:
        names = {key: tuple(request.POST.get(key, "").split(",")) for key in ROLES}
        save_names(request.workspace, names, "only_identified" in request.POST)
    except Problem as problem:
        return {problem.extra["field"]: problem.detail}
    return {}


def _state_rate(request: WorkspaceRequest, form: RateForm) -> str:
    if not form.is_valid():
        return ""
    said = form.cleaned_data
    if said["currency"] == request.workspace.currency:
        form.add_error("currency", f"{said['currency']} is the workspace's own currency.")
        return ""
    CurrencyRate.objects.update_or_create(
        workspace=request.workspace, currency=said["currency"], defaults={"rate": said["rate"]}
    )
    return f"One {said['currency']} is {said['rate'].normalize():f} {request.workspace.currency}."


def _record_spend(request: WorkspaceRequest, form: SpendForm) -> str:
    if form.is_valid():
        with refusals_in(form):
            count = spending.record(request.workspace, spending.rows_of_csv(form.cleaned_data["file"]))
            return f"{count} rows recorded."
    return ""


def _forget_rate(request: WorkspaceRequest, form: forms.BaseForm) -> str:
    currency = request.POST.get("currency", "")
    gone, _ = CurrencyRate.objects.filter(workspace=request.workspace, currency=currency[:3]).delete()
    return f"{currency[:3]} has no rate any more." if gone else ""


def _forget_spend(request: WorkspaceRequest, form: forms.BaseForm) -> str:
    try:
        row = AcquisitionSpend.objects.filter(workspace=request.workspace, uid=request.POST.get("uid", "")).first()
    except (ValueError, forms.ValidationError):
        return ""
    if row is None:
        return ""
    spending.forget(row)
    return "Removed."
