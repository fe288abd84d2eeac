"""The form of what a dashboard is called, what it begins with, and who may see it."""

from datetime import datetime
from typing import Any

from django import forms

from accounts.models import User
from analytics.dashboards import making
from analytics.models import Dashboard
from analytics.query.comparison import COMPARES
from analytics.query.condition_json import from_json
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.query.periods import PRESETS
from analytics.views.said import said
from config.lib import clock
from workspaces.models import Role

PERIODS = [(key, each.label) for key, each in PRESETS.items() if key != "custom"]


class DetailsForm(forms.Form):
    name = forms.CharField(max_length=255)
    description = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    tags = forms.CharField(max_length=2000, required=False, help_text="With commas: sales, weekly")
    period = forms.ChoiceField(choices=PERIODS, label="Begins with")
    compare = forms.ChoiceField(
        choices=[(mode, label) for mode, label in COMPARES.items() if mode != "custom"], label="Compared with"
    )
    filters = forms.MultipleChoiceField(
        required=False, label="Filters that always hold", widget=forms.CheckboxSelectMultiple
    )
    is_public = forms.BooleanField(
        required=False, label="For everybody in the organization", help_text="Viewers too, without being named below."
    )
    viewers = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Assigned to these viewers",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, dashboard: Dashboard, data: Any = None) -> None:
        self.dashboard = dashboard
        super().__init__(data, initial=_initial(dashboard))
        memberships = dashboard.workspace.organization.memberships.filter(role=Role.VIEWER)
        people = User.objects.filter(pk__in=memberships.values("user_id")).order_by("email")
        self.fields["viewers"].queryset = people  # type: ignore[attr-defined]
        self.fields["filters"].choices = _kept(dashboard)  # type: ignore[attr-defined]
        for name, is_wanted in (("viewers", people.exists()), ("filters", bool(dashboard.config["filters"]))):
            if not is_wanted:
                del self.fields[name]

    def save(self, *, actor: Any, now: datetime) -> Dashboard:
        given = self.cleaned_data
        fields = {name: given[name] for name in ("name", "description", "is_public")}
        changed = making.change(
            self.dashboard, actor=actor, now=now, tags=given["tags"].split(","), config=self._config, **fields
        )
        if "viewers" in given:
            making.assign(changed, given["viewers"], actor=actor, now=now)
        return changed

    def _config(self, present: dict[str, Any]) -> dict[str, Any]:
        """Widgets, and filters that the form did not show, stay what they are."""
        given = self.cleaned_data
        shown = self.dashboard.config["filters"]
        gone = [each for place, each in enumerate(shown) if str(place) not in given.get("filters", [])]
        kept = [each for each in present["filters"] if each not in gone]
        return present | {"period": given["period"], "compare": given["compare"], "filters": kept}


def _initial(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "name": dashboard.name,
        "description": dashboard.description,
        "tags": ", ".join(dashboard.tags),
        "period": dashboard.config["period"],
        "compare": dashboard.config["compare"],
        "filters": [str(place) for place in range(len(dashboard.config["filters"]))],
        "is_public": dashboard.is_public,
        "viewers": list(dashboard.viewers.values_list("pk", flat=True)),
    }


def _kept(dashboard: Dashboard) -> list[tuple[str, str]]:
    saved = SavedOf(dashboard.workspace, clock.now())
    found = []
    for place, each in enumerate(dashboard.config["filters"]):
        try:
            found.append((str(place), said(from_json(each, saved))))
        except QueryError as refused:
            found.append((str(place), str(refused)))
    return found
