"""The form of a provider, made from its options."""

from collections.abc import Mapping
from typing import Any

from django import forms

from workspaces.models import PRINTABLE, Connection
from workspaces.providers import Option, Provider


class ConnectionForm(forms.Form):
    """`name`, and one field for each option of `provider`. Secrets of an existing connection may be left empty."""

    name = forms.CharField(max_length=255, validators=[PRINTABLE])

    def __init__(self, provider: type[Provider], data: Any = None, connection: Connection | None = None) -> None:
        known: Mapping[str, Any] = connection.configuration if connection else {}
        initial = {"name": connection.name if connection else provider.label, **known}
        super().__init__(data, initial=initial)
        for each in provider.options():
            self.fields[each.name] = _field(each, keeps=bool(connection and each.secret))

    def values(self) -> dict[str, str]:
        """What was typed, without the name. Only after `is_valid`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "name"}


def _field(option: Option, *, keeps: bool) -> forms.Field:
    told: dict[str, Any] = {"label": option.label, "required": option.required and not keeps, "initial": option.default}
    if option.choices:
        return forms.ChoiceField(choices=option.choices, help_text=option.help, **told)
    if option.secret:
        hint = f"{option.help} Leave empty to keep the present one.".strip() if keeps else option.help
        hidden = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(max_length=4096, widget=hidden, help_text=hint, **told)
    return forms.CharField(max_length=2048, help_text=option.help, **told)
