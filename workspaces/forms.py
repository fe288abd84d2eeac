"""Forms of organizations, workspaces, keys and members."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms

from config.lib import clock
from config.lib.problems import Problem
from workspaces import hosts
from workspaces.models import PRINTABLE, ApiKey, Membership, Organization, Role, Workspace

ZONES = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
WEBSITE = {"placeholder": "www.example.com", "autocapitalize": "off", "spellcheck": "false", "inputmode": "url"}


@contextmanager
def refusals_in(form: forms.BaseForm) -> Iterator[list[Problem]]:
    """What a topic module refuses stands at the field it is about, as if the form had found it, and in the list."""
    refused: list[Problem] = []
    try:
        yield refused
    except Problem as problem:
        refused.append(problem)
        field = problem.extra.get("field")
        form.add_error(field if field in form.fields else None, problem.detail)


def changes(form: forms.BaseModelForm) -> dict[str, Any]:  # type: ignore[type-arg]
    """Only what was changed, so that the audit log names what somebody did and no more."""
    return {name: form.cleaned_data[name] for name in form.changed_data}


class HostField(forms.CharField):
    read = staticmethod(hosts.normalize)

    def clean(self, value: Any) -> str:
        try:
            return self.read(super().clean(value))
        except Problem as problem:
            raise forms.ValidationError(problem.detail) from problem


class DomainField(HostField):
    read = staticmethod(hosts.normalize_domain)


class ZoneField(forms.CharField):
    """Filled in by the browser (data-fill-timezone). One that we do not know is no reason to stop anybody: UTC."""

    widget = forms.HiddenInput(attrs={"data-fill-timezone": ""})

    def clean(self, value: Any) -> str:
        return value if value in available_timezones() else "UTC"


class WelcomeForm(forms.Form):
    """The one step after sign-up."""

    organization = forms.CharField(
        max_length=255, label="Name of your organization", widget=forms.TextInput({"autofocus": True})
    )
    website = HostField(
        max_length=255, required=False, help_text="Leave empty to decide later.", widget=forms.TextInput(WEBSITE)
    )
    timezone = ZoneField(required=False, initial="UTC")


class NewWorkspaceForm(forms.Form):
    organization = forms.ModelChoiceField(Organization.objects.none(), empty_label=None)
    name = forms.CharField(max_length=255, validators=[PRINTABLE], widget=forms.TextInput({"autofocus": True}))
    website = HostField(max_length=255, required=False, widget=forms.TextInput(WEBSITE))
    timezone = ZoneField(required=False, initial="UTC")


class HostsField(forms.CharField):
    """Host names, one on each line."""

    widget = forms.Textarea({"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        try:
            return sorted({hosts.normalize_allowed(line) for line in super().clean(value).splitlines()} - {""})
        except Problem as problem:
            raise forms.ValidationError(problem.detail) from problem


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]
    domain = HostField(required=False, max_length=255, label="Website", widget=forms.TextInput(WEBSITE))
    timezone = forms.ChoiceField(choices=ZONES, label="Time zone", help_text="Days and hours in reports are cut in it.")
    allowed_hosts = HostsField(
        required=False,
        label="Hosts that may send",
        help_text="One on each line, such as www.example.com or *.example.com. Empty: any. "
        "It keeps noise out; who wants to can still forge a request.",
    )

    class Meta:
        model = Workspace
        fields = [
            "name",
            "domain",
            "timezone",
            "currency",
            "session_timeout_minutes",
            "bounce_engaged_seconds",
            "allowed_hosts",
        ]
        labels = {
            "session_timeout_minutes": "A visit ends after so many minutes without an event",
            "bounce_engaged_seconds": "Seconds of attention that make a one-page visit no bounce",
        }
        help_texts = {"bounce_engaged_seconds": "0: every one-page visit is a bounce."}


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]
    domain = DomainField(required=False, max_length=255, widget=forms.TextInput(WEBSITE))

    class Meta:
        model = Organization
        fields = ["name", "domain"]

    def validate_unique(self) -> None:
        """Whose a domain is, workspaces.domains says."""


class KeyForm(forms.Form):
    EXPIRY = [("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")]

    name = forms.CharField(
        max_length=255, validators=[PRINTABLE], widget=forms.TextInput({"placeholder": "What it is for"})
    )
    kind = forms.ChoiceField(
        choices=[("publishable", "Publishable: for web pages, only sends"), ("secret", "Secret: for servers")]
    )
    environment = forms.ChoiceField(choices=[("live", "Live"), ("test", "Test: kept apart")], label="Data")
    permissions = forms.MultipleChoiceField(
        choices=ApiKey.Permission.choices, required=False, widget=forms.CheckboxSelectMultiple, initial=["read"]
    )
    expires = forms.ChoiceField(choices=EXPIRY, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days = data.pop("expires", "")
        data["expires_at"] = clock.now() + timedelta(days=int(days)) if days else None
        return data


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput({"placeholder": "colleague@example.com"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.ANALYST)


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ["role"]


class ConfirmForm(forms.Form):
    """Type the name to go on."""

    name = forms.CharField(label="Name", widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_name(self) -> str:
        if self.cleaned_data["name"] != self.expected:
            raise forms.ValidationError(f"Type “{self.expected}” exactly.")
        return self.expected
