"""The form of one widget: what its kind asks, in a few fields. They are named as the parameters of a question.

A question that is more than the fields can say comes as the address of a report instead, pasted into `address`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import QueryDict

from analytics.dashboards.config import LONGEST_QUESTION, LONGEST_TEXT, LONGEST_TITLE
from analytics.dashboards.kinds import Kind
from analytics.models import SavedMetric
from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.reports.retention.model import UNITS
from analytics.reports.revenue import BY
from analytics.views.dashboards import report_fields
from workspaces.models import Workspace

STEPS = 6
Choices = list[tuple[str, str]]
METRIC_CHOICES: Choices = [(name, each.label) for name, each in METRICS.items()]
BY_CHOICES: Choices = [(name, each.label) for name, each in DIMENSIONS.items()]
LOOKS: Choices = [("line", "Lines"), ("area", "Areas"), ("bar", "Bars")]
# Fields that are parameters.
SIMPLE = (
    "by",
    "top",
    "show",
    "of",
    "start",
    "steps",
    "unit",
    "columns",
    *report_fields.SIMPLE,
)
OF_REPORT = (
    "Or the address of a report",
    "Build the question there, copy its link and paste it here; it wins over the fields above.",
)
OF_GROUPS = (
    "Or the question in words",
    "With filters of its own: by=page&m=visitors&where=is,country,DE. It wins over the fields above.",
)
TRENDS = ("number", "series")


class WidgetForm(forms.Form):
    title = forms.CharField(max_length=LONGEST_TITLE, required=False, help_text="Empty: it names itself.")

    def __init__(
        self, kind: Kind, workspace: Workspace, names: Iterable[str], data: Any = None, **initial: Any
    ) -> None:
        super().__init__(data, initial=initial)
        self.kind = kind
        self.fields |= _fields(kind, workspace, [("", "anything"), *((name, name) for name in names)])
        if kind.name not in ("text", "live"):
            label, help_text = OF_REPORT if kind.report else OF_GROUPS
            self.fields["address"] = forms.CharField(
                required=False,
                max_length=LONGEST_QUESTION,
                label=label,
                help_text=help_text,
                widget=forms.TextInput({"spellcheck": "false", "autocomplete": "off"}),
            )

    def widget(self) -> dict[str, Any]:
        """As analytics.dashboards.config reads it."""
        given = self.cleaned_data
        found = {"kind": self.kind.name, "title": given["title"]}
        if self.kind.name == "text":
            return found | {"text": given["text"]}
        address = given.get("address", "").strip()
        return found | {"question": (urlsplit(address).query or address) if address else question(self.kind, given)}


def question(kind: Kind, given: Mapping[str, Any]) -> str:
    """The fields as parameters."""
    asked = QueryDict(mutable=True)
    if kind.name in TRENDS:
        series = given["metric"] + (f";is,event,{_plain(given['event'])}" if given["event"] else "")
        asked.setlist("s", [series])
        asked.update({name: given[name] for name in ("by", "show") if given.get(name)})
    elif kind.name == "funnel":
        asked.setlist("step", [_step(given[f"step{n}"]) for n in range(1, STEPS + 1) if given[f"step{n}"]])
        asked["window"] = f"{given['days']}d"
    elif kind.name == "retention":
        for name in ("begin", "back"):
            if given[name]:
                asked[name] = f"is,event,{_plain(given[name])}"
        asked.update({"unit": given["unit"], "columns": str(given["columns"])})
    elif kind.name in report_fields.ACTIVE:
        if given["active"]:
            asked["active"] = f"is,event,{_plain(given['active'])}"
    else:
        _grouped(asked, given)
    return asked.urlencode()


def fields_of(kind: Kind, text: str) -> dict[str, Any]:
    """What the fields must hold for a stored question; its address where they cannot say it."""
    asked = QueryDict(text)
    found: dict[str, Any] = {name: asked.get(name) for name in SIMPLE}
    found["m"] = asked.getlist("m") if kind.name == "table" else asked.get("m")
    if kind.name in TRENDS:
        found |= dict(zip(("metric", "event"), _parted(asked.get("s", "visitors")), strict=True))
    elif kind.name == "funnel":
        found |= {f"step{n}": _named(step) for n, step in enumerate(asked.getlist("step"), start=1)}
        found["days"] = (asked.get("window") or "14d").removesuffix("d")
    elif kind.name == "retention":
        found |= {name: _named(asked.get(name, "")) for name in ("begin", "back")}
    elif kind.name in report_fields.ACTIVE:
        found["active"] = _named(asked.get("active", ""))
    return {name: value for name, value in found.items() if value not in (None, [])}


def _grouped(asked: QueryDict, given: Mapping[str, Any]) -> None:
    """The fields are the parameters."""
    for name in ("by", "m", "top", "of", "start", "steps", *report_fields.SIMPLE):
        value = given.get(name)
        if value not in (None, ""):
            asked.setlist(name, value if isinstance(value, list) else [str(value)])


def _fields(kind: Kind, workspace: Workspace, events: Choices) -> dict[str, forms.Field]:
    event = forms.ChoiceField(choices=events, required=False, label="Of the event")
    by = forms.ChoiceField(choices=BY_CHOICES, label="By", initial="page")
    metric = forms.ChoiceField(choices=METRIC_CHOICES, label="Metric", initial="visitors")
    if kind.name in TRENDS:
        measures = [*METRIC_CHOICES, *_saved(workspace)]
        found: dict[str, forms.Field] = {
            "metric": forms.ChoiceField(choices=measures, label="Metric", initial="visitors"),
            "event": event,
        }
        if kind.name == "series":
            found["by"] = forms.ChoiceField(
                choices=[("", "nothing"), *BY_CHOICES], required=False, label="Broken down by"
            )
            found["show"] = forms.ChoiceField(choices=LOOKS, label="Shown as")
        return found
    if kind.template == "reported":
        return report_fields.of(kind.name, events)
    makers: dict[str, Callable[[], dict[str, forms.Field]]] = {
        "bar": lambda: {"by": by, "m": metric, "top": _count(8, 100, "Rows")},
        "table": lambda: {"by": by, "m": _several(), "top": _count(10, 100, "Rows")},
        "map": lambda: {"m": metric},
        "heatmap": lambda: {"m": metric},
        "funnel": lambda: _steps(events) | {"days": _count(14, 366, "Within how many days")},
        "retention": lambda: {
            "begin": forms.ChoiceField(choices=events, required=False, label="People who did"),
            "back": forms.ChoiceField(choices=events, required=False, label="and came back to do"),
            "unit": forms.ChoiceField(choices=list(UNITS.items()), label="By", initial="week"),
            "columns": _count(8, 60, "Over how many"),
        },
        "paths": lambda: {
            "of": forms.ChoiceField(choices=[("pages", "Pages"), ("events", "Events")], label="Made of"),
            "start": forms.CharField(required=False, max_length=500, label="From", help_text="A page or event; empty: "
                                     "where the visit began."),
            "steps": _count(4, 10, "Steps"),
            "top": _count(5, 12, "Nodes in each step"),
        },
        "revenue": lambda: {"by": forms.ChoiceField(choices=[(n, label) for n, (label, _) in BY.items()], label="By")},
        "text": lambda: {"text": forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))},
        "live": dict,
    }  # fmt: skip
    return makers[kind.name]()


def _steps(events: Choices) -> dict[str, forms.Field]:
    help_text = "The name of an event, or a page such as /pricing."
    return {
        f"step{n}": forms.CharField(
            required=n < 3,
            max_length=300,
            label=f"Step {n}",
            help_text=help_text if n == 1 else "",
            widget=forms.TextInput({"list": "event-names", "autocomplete": "off"}),
        )
        for n in range(1, STEPS + 1)
    }


def _several() -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(choices=METRIC_CHOICES, label="Figures", initial=["visitors"], widget=widget)


def _count(usual: int, most: int, label: str) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=most, initial=usual, label=label)


def _saved(workspace: Workspace) -> Choices:
    rows = SavedMetric.objects.filter(workspace=workspace).values_list("uid", "name")
    return [(f"saved,{uid}", name) for uid, name in rows]


def _step(text: str) -> str:
    """A page begins with a slash, everything else is an event's name."""
    return f"is,{'page' if text.startswith('/') else 'event'},{_plain(text.strip())}"


def _plain(text: str) -> str:
    """A value as conditions write it: what has a meaning there loses it."""
    for sign in "\\,|();":
        text = text.replace(sign, f"\\{sign}")
    return text


def _named(step: str) -> str:
    """The event or page of a simple step; empty for any other."""
    word, _, rest = step.partition(",")
    dimension, _, value = rest.partition(",")
    return value if word == "is" and dimension in ("event", "page") and not set(value) & set("\\,|();") else ""


def _parted(series: str) -> tuple[str, str]:
    metric, _, condition = series.partition(";")
    return metric, _named(condition)
