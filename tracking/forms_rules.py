"""The form of the page Privacy & filters."""

from collections.abc import Callable
from typing import Any

from django import forms

from config.lib.problems import Problem
from tracking import rules
from tracking.expiry import limits
from tracking.models import CollectionRules
from tracking.models.rules import FEWEST_DAYS, MOST_DAYS

MAX_ENTRIES = 100


class LinesField(forms.CharField):
    """Entries, one on each line, each brought into one form by `cleaned`, which raises Problem."""

    widget = forms.Textarea({"rows": 3, "spellcheck": "false"})

    def __init__(self, *, cleaned: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.cleaned = cleaned

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> list[str]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MAX_ENTRIES:
            raise forms.ValidationError(f"At most {MAX_ENTRIES} lines.")
        try:
            return sorted({self.cleaned(line) for line in lines})
        except Problem as problem:
            raise forms.ValidationError(problem.detail) from problem


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = limits.usual_days()
        self.fields["event_days"].widget.attrs["placeholder"] = f"{usual}, as usual here" if usual else "for ever"

    excluded_addresses = LinesField(
        cleaned=rules.clean_network,
        label="Addresses",
        help_text="IP addresses or ranges, one on each line. Nothing from there is taken.",
    )
    internal_addresses = LinesField(
        cleaned=rules.clean_network,
        label="Addresses of your own people",
        help_text="Their visits are kept, marked “Internal traffic”, and left out of reports as bots are.",
    )
    excluded_hosts = LinesField(
        cleaned=rules.clean_host,
        label="Hosts",
        help_text="Such as staging.example.com or *.test.example.com: pages there are not counted.",
    )
    excluded_pages = LinesField(
        cleaned=rules.clean_page,
        label="Pages",
        help_text="Paths such as /admin/** (everything below) or /a/*/preview (any one part between).",
    )
    excluded_countries = LinesField(
        cleaned=rules.clean_country, label="Countries", help_text="Two letters each, such as DE."
    )

    class Meta:
        model = CollectionRules
        fields = [
            "is_paused",
            "keeps_personal_data",
            "address_use",
            "needs_consent",
            "respects_dnt",
            "on_gpc",
            "event_days",
            "excluded_addresses",
            "internal_addresses",
            "excluded_hosts",
            "excluded_pages",
            "excluded_countries",
        ]
        labels = {
            "is_paused": "Pause collecting",
            "keeps_personal_data": "Keep personal data",
            "address_use": "Visitor's address",
            "needs_consent": "Count only visitors who agreed",
            "respects_dnt": "Respect Do Not Track",
            "on_gpc": "Global Privacy Control",
            "event_days": "Keep events for … days",
        }
        help_texts = {
            "is_paused": "Nothing is taken until you switch this off again.",
            "keeps_personal_data": "Off: properties named email, name, full_name, first_name, last_name or phone are "
            "not kept, and addresses, card numbers and the like are blacked out wherever they stand.",
            "address_use": "Country and daily number are made from it; the address itself is never stored.",
            "needs_consent": "Takes events only of requests whose context says that consent is granted. Who declined "
            "is never counted.",
            "respects_dnt": "For senders other than our script, which has its own setting.",
            "on_gpc": "A browser's binding wish in parts of the USA.",
            "event_days": f"{FEWEST_DAYS} to {MOST_DAYS}. What is older is deleted every night, live and test, with "
            "visits and people of whom no event is left; business metrics and usage stay.",
        }
