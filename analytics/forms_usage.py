"""The forms of the usage page: limiting a key, and where a program is told of limits."""

from typing import Any

from django import forms

from analytics.models import LimitWebhook
from config.lib.webhooks import new_secret
from workspaces.limits import EVENTS, Quota
from workspaces.models import ApiKey, Limit, Organization


class KeyChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, key: Any) -> str:
        return f"{key.name} …{key.prefix[-6:]}, {key.workspace.name}"  # short enough for a phone


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


class LimitWebhookForm(forms.Form):
    """What the values may be is decided in analytics.quotas.webhook."""

    url = forms.CharField(label="Address", max_length=2048, help_text="An HTTPS address that answers with 2xx.")
    secret = forms.CharField(
        label="Signing secret",
        max_length=200,
        help_text="Copy it into your receiver, which checks signatures with it. Not shown again.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any, *, known: LimitWebhook | None) -> None:
        super().__init__(data, initial={"url": known.url} if known else {"secret": new_secret()})
        if known:
            self.fields["secret"].required = False
            self.fields["secret"].help_text = "Leave it empty to keep the one you have."
