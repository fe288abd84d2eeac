"""The forms of a destination: what goes there, and what is to be sent again. What its vendor needs is typed into
workspaces.connection_form.ConnectionForm."""

from typing import Any

from django import forms

from config.lib.problems import Problem
from tracking.destinations.model import Destination
from tracking.events import MAX_NAME_BYTES, EventType
from tracking.forms_rules import LinesField
from tracking.models import Forwarding

MAX_PAIRS = 100
LABELS = {
    "page_view": "Page views",
    "click": "Clicks",
    "form_submit": "Submitted forms",
    "form_interaction": "Forms touched",
    "identify": "Identities",
    "auto_identify": "Identities found in forms",
    "scroll": "Scrolling",
    "search": "Searches",
    "session_start": "Starts of visits",
    "session_end": "Ends of visits",
    "page_exit": "Page exits",
    "goal": "Goals",
    "custom": "Events of your own",
}


def clean_name(text: str) -> str:
    """Raises Problem."""
    name = text.strip()
    if len(name.encode()) > MAX_NAME_BYTES:
        raise Problem(422, "too_long", f"“{name[:50]}…” is longer than {MAX_NAME_BYTES} bytes.")
    return name


class PairsField(forms.CharField):
    """`ours = theirs`, a pair on each line, as a dictionary."""

    widget = forms.Textarea({"rows": 3, "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{ours} = {theirs}" for ours, theirs in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MAX_PAIRS:
            raise forms.ValidationError(f"At most {MAX_PAIRS} lines.")
        return dict(self._pair(line) for line in lines)

    def _pair(self, line: str) -> tuple[str, str]:
        ours, equals, theirs = line.partition("=")
        if not (equals and ours.strip() and theirs.strip()):
            raise forms.ValidationError(f"“{line[:50]}”: write our name, =, and theirs, such as signup = Sign Up.")
        try:
            return clean_name(ours), clean_name(theirs)
        except Problem as problem:
            raise forms.ValidationError(problem.detail) from problem


class RulesForm(forms.Form):
    environment = forms.ChoiceField(
        choices=Forwarding.Environment.choices,
        label="Data",
        help_text="Events of test keys never go where live ones go, nor the other way round.",
    )
    event_types = forms.MultipleChoiceField(
        choices=[(each.value, LABELS[each.value]) for each in EventType],
        widget=forms.CheckboxSelectMultiple,
        label="Events",
        error_messages={"required": "Choose at least one kind of event."},
    )
    names = LinesField(
        cleaned=clean_name,
        label="Only these goals and events of your own",
        help_text="Their names, one on each line. Empty: all.",
    )
    renamed_events = PairsField(label="Other names for events", help_text="Such as signup = Sign Up.")
    renamed_properties = PairsField(label="Other names for properties", help_text="Such as plan = Subscription.")
    dropped_properties = LinesField(
        cleaned=clean_name, label="Properties left out", help_text="Their names here, one on each line."
    )
    sends_personal_data = forms.BooleanField(
        required=False,
        label="Send personal data",
        help_text="Off: names, e-mail addresses, phone and card numbers are taken out before anything leaves, also "
        "where the workspace keeps them.",
    )
    sends_bots = forms.BooleanField(
        required=False, label="Send events of bots", help_text="And those of your own people, where they are marked."
    )

    def __init__(self, kind: type[Destination], data: Any = None, forwarding: Forwarding | None = None) -> None:
        known = forwarding.__dict__ if forwarding else {"event_types": sorted(kind.accepts)}
        super().__init__(data, initial={name: known[name] for name in self.base_fields if name in known})
        if forwarding:
            del self.fields["environment"]

    def rules(self) -> dict[str, Any]:
        """As Forwarding has them. Only after `is_valid`."""
        return dict(self.cleaned_data)


class ResendForm(forms.Form):
    start = forms.DateTimeField(label="From (UTC)", widget=forms.DateTimeInput({"type": "datetime-local"}))
    end = forms.DateTimeField(label="Until (UTC)", widget=forms.DateTimeInput({"type": "datetime-local"}))
