"""The form with which an organization limits one of its keys."""

from typing import Any

from django import forms

from workspaces.limits import EVENTS, Quota
from workspaces.models import ApiKey, Limit, Organization


class KeyChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, key: Any) -> str:
        return f"{key.name} ({key.prefix}…), {key.workspace.name}"


class KeyLimitForm(forms.Form):
    key = KeyChoiceField(queryset=ApiKey.objects.none(), empty_label=None)
    most = forms.IntegerField(min_value=0, max_value=10**12, label="Events at most")
    period = forms.ChoiceField(choices=[("day", "a day"), ("month", "a month")], label="In")
    policy = forms.ChoiceField(
        choices=[("hard", "hold what is beyond"), ("soft", "tell us, and hold after the grace")], label="Then"
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = ApiKey.objects.filter(workspace__organization=organization, environment="live", revoked_at=None)
        self.fields["key"].queryset = keys.select_related("workspace")  # type: ignore[attr-defined]

    def quota(self) -> Quota:
        said = self.cleaned_data
        return Quota(EVENTS, Limit.Period(said["period"]), said["most"], Limit.Policy(said["policy"]))
