"""Forms of schemas and of the rules that repair events."""

import json
from typing import Any

from django import forms

from config.lib.problems import Problem
from tracking.models import EventSchema, FixRule
from tracking.schemas import definition
from tracking.schemas.kinds import KINDS

CODE = {"data-code": "", "rows": 18, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
PLAIN = {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
EXAMPLE = {"purchase": {"order_id": {"type": "string", "required": True}, "total": "number"}}


class DefinitionField(forms.CharField):
    """JSON as people write it; what it says is checked by tracking.schemas.definition."""

    widget = forms.Textarea(CODE)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return definition.cleaned(json.loads(text))
        except Problem as problem:
            where = " → ".join(problem.extra["pointer"].split("/")[2:])
            raise forms.ValidationError(f"{where}: {problem.detail}" if where else problem.detail) from None
        except (ValueError, RecursionError) as error:
            line = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            raise forms.ValidationError(f"This is not JSON{line}.") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class SchemaForm(forms.ModelForm):  # type: ignore[type-arg]
    """For one that exists: its name stays."""

    properties = DefinitionField(label="Events and their properties", strip=False)

    class Meta:
        model = EventSchema
        fields = ["description", "mode", "checks_all", "is_closed", "properties"]
        labels = {
            "mode": "When an event does not fit",
            "checks_all": "Check events that name no schema too",
            "is_closed": "Only the listed properties",
        }
        help_texts = {
            "checks_all": "Every event with one of these names. Off: only those that carry this schema's id.",
            "is_closed": "A property that is not listed is a fault.",
        }


class NewSchemaForm(SchemaForm):
    field_order = ["name", "description", "mode", "checks_all", "is_closed", "properties"]

    class Meta(SchemaForm.Meta):
        fields = ["name", *SchemaForm.Meta.fields]
        help_texts = {**SchemaForm.Meta.help_texts, "name": "Events give it as schema_id. It cannot be changed later."}
        widgets = {"name": forms.TextInput(PLAIN | {"placeholder": "shop"})}


class RuleForm(forms.Form):
    """One rule. Of the three arguments the one that the action needs is shown, and read."""

    action = forms.ChoiceField(choices=FixRule.Action.choices, label="What to do")
    property = forms.CharField(max_length=200, required=False, widget=forms.TextInput(PLAIN | {"list": "properties"}))
    new_name = forms.CharField(max_length=200, required=False, label="New name", widget=forms.TextInput(PLAIN))
    kind = forms.ChoiceField(choices=[(name, name) for name in KINDS], required=False, label="To the type")
    value = forms.CharField(max_length=1000, required=False, label="Value", widget=forms.TextInput(PLAIN))

    ARGUMENTS = {"rename": "new_name", "rename_event": "new_name", "cast": "kind", "default": "value"}

    def __init__(self, *args: Any, kinds: dict[str, str], **kwargs: Any) -> None:
        """`kinds`: the declared type of each property."""
        super().__init__(*args, **kwargs)
        self.kinds = kinds

    def arguments(self) -> list[forms.BoundField]:
        return [self[name] for name in ("new_name", "kind", "value")]

    def rule(self) -> tuple[str, str, Any]:
        """(action, property, argument)"""
        given: dict[str, Any] = self.cleaned_data
        argument = given.get(self.ARGUMENTS.get(given["action"], ""))
        if given["action"] == "default" and self.kinds.get(given["property"], "string") not in ("string", "datetime"):
            argument = _read(argument)
        return given["action"], given["property"], argument

    def add_error(self, field: str | None, error: Any) -> None:
        """A refusal of the argument stands at the field in which it was written."""
        if field is None and self.cleaned_data.get("action") in self.ARGUMENTS:
            field = self.ARGUMENTS[self.cleaned_data["action"]]
        super().add_error(field, error)


def _read(text: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
