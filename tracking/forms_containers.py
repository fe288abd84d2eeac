"""Forms of tag containers: the rules as switches and rows, an adaptor as a name and its code."""

import json
from typing import Any

from django import forms

from config.lib.problems import Problem
from tracking import script_builds
from tracking.containers import rules
from tracking.models import Adaptor, Container, ScriptChannel

CODE = {"data-code": "", "rows": 22, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
PLAIN = {"spellcheck": "false", "autocapitalize": "off"}


class NewContainerForm(forms.Form):
    name = forms.CharField(max_length=100, widget=forms.TextInput({"placeholder": "Shop"}))
    website_url = forms.URLField(
        max_length=500,
        required=False,
        label="Website",
        assume_scheme="https",
        widget=forms.URLInput({"placeholder": "https://www.example.com"}),
    )


class RulesForm(forms.Form):
    """Settings and switches of a container; its event rules are EventRules."""

    name = forms.CharField(max_length=100)
    website_url = forms.URLField(max_length=500, required=False, label="Website", assume_scheme="https")
    environment = forms.ChoiceField(
        choices=[("live", "Live data"), ("test", "Test data")], help_text="Which publishable key the tag carries."
    )
    channel = forms.ChoiceField(
        help_text="Stable is what this installation gives everybody. Canary gets a new version first. "
        "A pinned version stays until you change it."
    )
    consent = forms.ChoiceField(choices=list(rules.CONSENT.items()))

    def __init__(self, container: Container, data: Any = None) -> None:
        about = {name: getattr(container, name) for name in ("name", "website_url", "environment", "channel")}
        super().__init__(data, initial={**container.rules, **about})
        for name, (default, _, label) in rules.SWITCHES.items():
            self.fields[name] = forms.BooleanField(required=False, label=label, initial=default)
        self.fields["channel"].choices = _channels(container.channel)  # type: ignore[attr-defined]

    def switches(self) -> list[forms.BoundField]:
        return [self[name] for name in rules.SWITCHES]


class EventRuleForm(forms.Form):
    on = forms.ChoiceField(choices=list(rules.TRIGGERS.items()), label="When")
    selector = forms.CharField(
        max_length=rules.MAX_SELECTOR,
        required=False,
        label="Element",
        widget=forms.TextInput(PLAIN | {"placeholder": ".buy"}),
    )
    pages = forms.CharField(
        required=False, label="On pages", widget=forms.TextInput(PLAIN | {"placeholder": "all, or /shop/**"})
    )
    kind = forms.ChoiceField(choices=list(rules.KINDS.items()), label="Sends")
    event = forms.CharField(
        max_length=rules.MAX_NAME, label="Name", widget=forms.TextInput(PLAIN | {"placeholder": "buy_clicked"})
    )
    properties = forms.CharField(
        required=False,
        label="Properties",
        widget=forms.Textarea(PLAIN | {"rows": 2, "placeholder": "plan = @data-plan\nlabel = @text"}),
    )

    def rule(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        pages = [page for page in given["pages"].replace(",", " ").split() if page]
        kept = {name: given[name] for name in ("on", "selector", "kind", "event")}
        return kept | {"pages": pages, "properties": given["properties"]}

    def clean_properties(self) -> dict[str, Any]:
        pairs = {}
        for line in self.cleaned_data["properties"].splitlines():
            name, equals, value = line.partition("=")
            if line.strip() and not (equals and name.strip()):
                raise forms.ValidationError(f"“{line[:50]}”: write name = value.")
            if line.strip():
                pairs[name.strip()] = _value(value.strip())
        return pairs


EventRules = forms.formset_factory(EventRuleForm, extra=0, can_delete=True, max_num=rules.MAX_EVENTS)


def event_rules(container: Container, data: Any = None) -> Any:
    """The formset, filled from the container's rules."""
    initial = [
        each | {"pages": " ".join(each["pages"]), "properties": _as_lines(each["properties"])}
        for each in container.rules.get("events", [])
    ]
    return EventRules(data, initial=initial, prefix="events")


def cleaned_rules(form: RulesForm, events: Any) -> dict[str, Any] | None:
    """The rules that both say, or None after their faults were put to the fields they are about."""
    kept = [each for each in events.forms if not each.cleaned_data.get("DELETE")]
    given = {name: form.cleaned_data[name] for name in (*rules.SWITCHES, "consent")}
    try:
        return rules.cleaned(given | {"events": [each.rule() for each in kept]})
    except Problem as problem:
        # "/events/3/selector", or "/consent"
        index, field = [*problem.extra["pointer"].split("/")[2:4], "", ""][:2]
        about = kept[int(index)] if index else form
        about.add_error(field if field in about.fields else None, problem.detail)
        return None


class AdaptorForm(forms.ModelForm):  # type: ignore[type-arg]
    code = forms.CharField(required=False, strip=False, label="JavaScript", widget=forms.Textarea(CODE))

    class Meta:
        model = Adaptor
        fields = ["name", "schema_id", "is_enabled", "code"]
        labels = {"schema_id": "Schema", "is_enabled": "Part of the next publication"}
        help_texts = {"schema_id": "Its events carry this schema's id."}


class ScriptChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    version = forms.ChoiceField(required=False, help_text="Empty: whatever is installed.")

    class Meta:
        model = ScriptChannel
        fields = ["name", "version"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [("", "installed"), *((each, each) for each in script_builds.versions())]
        self.fields["version"].choices = known  # type: ignore[attr-defined]


def _channels(present: str) -> list[tuple[str, str]]:
    pinned = [f"pinned:{version}" for version in script_builds.versions()]
    if present.startswith("pinned:") and present not in pinned:
        pinned.append(present)
    return [("stable", "Stable"), ("canary", "Canary"), *((each, f"Version {each[7:]}") for each in pinned)]


def _value(text: str) -> Any:
    """Numbers, true and false as such, quoted text without its quotes, everything else as written."""
    try:
        read = json.loads(text)
    except ValueError:
        return text
    return read if isinstance(read, str | bool | int | float) else text


def _as_lines(properties: dict[str, Any]) -> str:
    return "\n".join(f"{name} = {_written(value)}" for name, value in properties.items())


def _written(value: Any) -> str:
    return value if isinstance(value, str) and _value(value) == value else json.dumps(value, ensure_ascii=False)
