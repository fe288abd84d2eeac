"""The form of what a dashboard is called, what it begins with, and who may see it.

It sends along what it began with (`seen`), so that it saves what its user changed, and leaves what others changed while
it was open.
"""

import json
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
        self.began = _began(dashboard, (data or {}).get("seen", ""))
        ticked = [str(place) for place in range(len(self.began["filters"]))]
        super().__init__(data, initial=self.began | {"filters": ticked})
        memberships = dashboard.workspace.organization.memberships.filter(role=Role.VIEWER)
        people = User.objects.filter(pk__in=memberships.values("user_id")).order_by("email")
        self.fields["viewers"].queryset = people  # type: ignore[attr-defined]
        self.fields["filters"].choices = _kept(dashboard, self.began["filters"])  # type: ignore[attr-defined]
        for name, is_wanted in (("viewers", people.exists()), ("filters", bool(self.began["filters"]))):
            if not is_wanted:
                del self.fields[name]

    @property
    def seen(self) -> str:
        return json.dumps(self.began)

    def save(self, *, actor: Any, now: datetime) -> Dashboard:
        given, changed = self.cleaned_data, self.changed_data
        fields: dict[str, Any] = {name: given[name] for name in changed if name in ("name", "description", "is_public")}
        fields |= {"tags": given["tags"].split(",")} if "tags" in changed else {}
        fields |= {"config": self._config} if {"period", "compare", "filters"} & set(changed) else {}
        saved = making.change(self.dashboard, actor=actor, now=now, **fields) if fields else self.dashboard
        if "viewers" in changed:
            making.assign(saved, self._viewers(), actor=actor, now=now)
        return saved

    def _config(self, present: dict[str, Any]) -> dict[str, Any]:
        """Widgets, and filters that the form did not show, stay what they are."""
        given = self.cleaned_data
        ours = {name: given[name] for name in ("period", "compare") if name in self.changed_data}
        shown = self.began["filters"]
        gone = [each for place, each in enumerate(shown) if str(place) not in given.get("filters", [])]
        return present | ours | {"filters": [each for each in present["filters"] if each not in gone]}

    def _viewers(self) -> list[User]:
        """Those who are named now, but for whom the form took away, and with whom it added."""
        chosen = {each.pk for each in self.cleaned_data["viewers"]}
        before = {each for each in self.began["viewers"] if isinstance(each, int)}
        present = set(self.dashboard.viewers.values_list("pk", flat=True))
        return list(User.objects.filter(pk__in=(present - (before - chosen)) | (chosen - before)))


def _began(dashboard: Dashboard, seen: str) -> dict[str, Any]:
    """What the form began with: as it says itself, or as the dashboard is."""
    present = {
        "name": dashboard.name,
        "description": dashboard.description,
        "tags": ", ".join(dashboard.tags),
        "period": dashboard.config["period"],
        "compare": dashboard.config["compare"],
        "filters": dashboard.config["filters"],
        "is_public": dashboard.is_public,
        "viewers": list(dashboard.viewers.values_list("pk", flat=True)),
    }
    try:
        before = json.loads(seen)
        return {name: before[name] if type(before[name]) is type(value) else value for name, value in present.items()}
    except (ValueError, TypeError, KeyError, RecursionError):
        return present


def _kept(dashboard: Dashboard, filters: list[Any]) -> list[tuple[str, str]]:
    saved = SavedOf(dashboard.workspace, clock.now())
    found = []
    for place, each in enumerate(filters):
        try:
            found.append((str(place), said(from_json(each, saved))))
        except QueryError as refused:
            found.append((str(place), str(refused)))
    return found
