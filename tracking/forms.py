"""What an operator may ask of the event browser."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from tracking.browse import Place, Wanted
from workspaces.models import Workspace

USUAL_SPAN = timedelta(days=7)
ENVIRONMENTS = (("live", "live"), ("test", "test"))


class WorkspaceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Two organizations may call their workspaces the same; the address tells them apart."""

    def label_from_instance(self, workspace: Workspace) -> str:
        return f"{workspace.organization.name}: {workspace.name} ({workspace.slug})"


class EventSearchForm(forms.Form):
    """All moments in UTC. Without a time it looks at the last seven days."""

    workspace = WorkspaceField(Workspace.objects.select_related("organization").order_by("organization__name", "name"))
    environment = forms.ChoiceField(choices=ENVIRONMENTS, required=False)
    name = forms.CharField(required=False, help_text="Of the event: page_view, signup …")
    visitor = forms.RegexField(r"^\d{1,20}$", required=False, help_text="Number of the visitor, as listed.")
    start = forms.DateTimeField(required=False, label="From (UTC)")
    end = forms.DateTimeField(required=False, label="Until (UTC)")
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_visitor(self) -> int | None:
        text = self.cleaned_data["visitor"]
        if text and int(text) >= 2**64:
            raise forms.ValidationError("A visitor's number is below 2^64.")
        return int(text) if text else None

    def clean_after(self) -> Place | None:
        text = self.cleaned_data["after"]
        try:
            return Place.parse(text) if text else None
        except (ValueError, OverflowError, OSError):
            raise forms.ValidationError("Begin with the first page again.") from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start >= end:
            raise forms.ValidationError("“From” lies before “until”.")
        return cleaned

    def dataset_id(self) -> int:
        workspace: Workspace = self.cleaned_data["workspace"]
        return workspace.dataset_id(self.cleaned_data["environment"] or "live")

    def wanted(self, now: datetime) -> Wanted:
        given = self.cleaned_data
        # An event's clock may run a minute ahead of ours.
        end = given["end"] or now + timedelta(minutes=2)
        return Wanted(given["start"] or end - USUAL_SPAN, end, given["name"], given["visitor"], given["after"])
