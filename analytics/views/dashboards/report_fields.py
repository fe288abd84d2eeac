"""The fields of widgets that show a report: named as the report's own parameters."""

from collections.abc import Mapping

from django import forms

from analytics.reports.attribution import BY, MODELS
from analytics.rollups.measures import MEASURES
from analytics.views.reports import attribution, web

SIMPLE = ("tab", "measure", "goal", "model", "window", "who")  # fields that are parameters
ACTIVE = ("lifecycle", "stickiness")  # ask what counts as being active
Choices = list[tuple[str, str]]


def of(kind: str, events: Choices) -> dict[str, forms.Field]:
    """Reports of single things need none: the dashboard's filters narrow them."""
    found: dict[str, dict[str, forms.Field]] = {
        **{name: {"active": _choice(events, "People who did", required=False)} for name in ACTIVE},
        "web": {"tab": _choice(web.TABS, "Report")},
        "business": {"measure": _choice({name: each.label for name, each in MEASURES.items()}, "Figure")},
        "accounts": {"by": forms.CharField(required=False, max_length=200, label="Property that names the account",
                                           help_text="Empty: account.")},
        "attribution": {
            "goal": _choice([("", "what means a payment here"), *events[1:]], "Goal", required=False),
            "by": _choice(BY, "By", initial="channel"),
            "model": _choice(MODELS, "Credit goes to", initial="last"),
            "window": _choice(attribution.WINDOWS, "Within", initial="30"),
        },
        "people": {"who": _choice({"everybody": "Everybody", "identified": "Identified people"}, "Who")},
    }  # fmt: skip
    return found.get(kind, {})


def _choice(
    choices: Mapping[str, str] | Choices, label: str, required: bool = True, initial: str | None = None
) -> forms.ChoiceField:
    pairs = list(choices.items()) if isinstance(choices, Mapping) else choices
    return forms.ChoiceField(choices=pairs, label=label, required=required, initial=initial)
