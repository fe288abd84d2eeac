"""A rule as the builder holds it: all of it in the URL, so that every change of the sentence is a page.

    ?m=events&e=signup&f=is,country,DE&condition=below&threshold=5&window=60&for=10&ch=<id>&me=1

A question the sentence cannot say (several series, a formula) comes as `s=…&s=…&formula=…` and stays as it is.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from analytics.alerts import question
from analytics.alerts.hours import DAYS, from_json
from analytics.models import AlertRule
from analytics.query.condition_text import to_text
from analytics.query.lookup import SavedOf
from analytics.query.model import Condition, Filter, QueryError
from analytics.query.parse import conditions_of
from analytics.query.words import known_metric
from analytics.reports.trends import Series, Trend
from config.lib.problems import Problem
from workspaces.models import Workspace

TEXTS = {
    "name": "", "condition": "above", "threshold": "", "direction": "either", "against": "previous", "window": "60",
    "for": "0", "margin": "0", "most": "", "env": "live", "quiet_from": "", "quiet_to": "", "watch_from": "",
    "watch_to": "",
}  # fmt: skip
LISTS = ("ch", "quiet_day", "watch_day")
FLAGS = {"me": "1", "resolved": "1", "no_data": ""}  # with what a new rule begins


@dataclass(frozen=True)
class Draft:
    asked: Trend
    texts: dict[str, str]
    lists: dict[str, list[str]]
    flags: dict[str, bool]

    @property
    def series(self) -> Series | None:
        """What the sentence says; None for a question of another form."""
        first = self.asked.series[0]
        return first if self.is_simple and isinstance(first, Series) else None

    @property
    def is_simple(self) -> bool:
        return len(self.asked.series) == 1 and not self.asked.formula

    @property
    def event(self) -> str:
        found = [each for each in self.conditions if _is_event(each)]
        return found[0].values[0] if found and isinstance(found[0], Filter) else ""

    @property
    def others(self) -> list[Condition]:
        return [each for each in self.conditions if not _is_event(each)]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.series.conditions if self.series else ()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = question_parameters(self)
        pairs += [(name, value) for name, value in self.texts.items() if value != TEXTS[name]]
        pairs += [(name, value) for name in LISTS for value in self.lists[name]]
        pairs += [(name, "1") for name, is_on in self.flags.items() if is_on]
        return [*pairs, ("asked", "1")]

    def url(self) -> str:
        return "?" + urlencode(self.parameters, safe="/,:")

    def without(self, gone: Condition) -> "Draft":
        assert self.series is not None
        kept = tuple(each for each in self.conditions if each != gone)
        return replace(self, asked=Trend((replace(self.series, conditions=kept),)))

    def with_condition(self, added: Condition) -> "Draft":
        if self.series is None:
            raise QueryError("A formula's series get their conditions in Trends.", "f")
        conditions = (*self.conditions, added)
        return replace(self, asked=Trend((replace(self.series, conditions=conditions),)))

    def fields(self) -> dict[str, Any]:
        """Those of AlertRule. Problem for what is no number, or hours that are none."""
        texts = self.texts
        return {
            "name": texts["name"].strip()[:80],
            "query": question.stored(self.asked),
            "environment": "test" if texts["env"] == "test" else "live",
            "condition": _one_of(AlertRule.Condition, texts["condition"], "condition"),
            "threshold": _number(texts["threshold"] or _usual_threshold(texts["condition"]), "threshold"),
            "direction": _one_of(AlertRule.Direction, texts["direction"], "direction"),
            "against": _one_of(AlertRule.Against, texts["against"], "against"),
            "window_minutes": int(_number(texts["window"], "window")),
            "for_minutes": int(_number(texts["for"], "for")),
            "margin_pct": _number(texts["margin"] or "0", "margin"),
            "most_a_day": int(_number(texts["most"], "most")) if texts["most"] else None,
            "quiet_hours": self._hours("quiet"),
            "schedule": self._hours("watch"),
            "tells_resolved": self.flags["resolved"],
            "tells_no_data": self.flags["no_data"],
        }

    def _hours(self, which: str) -> dict[str, Any] | None:
        begin, end = self.texts[f"{which}_from"], self.texts[f"{which}_to"]
        if not begin and not end:
            return None
        given = {"from": begin, "to": end, "days": self.lists[f"{which}_day"] or list(DAYS)}
        try:
            found = from_json(given, which)
        except Problem:
            says = "Write both times as hours and minutes, such as 22:00 and 07:00."
            raise Problem(422, "hours", says, field=which) from None
        return found.as_json() if found else None


def read(params: QueryDict, workspace: Workspace, now: datetime) -> Draft:
    """QueryError for a question that cannot be understood."""
    is_new = "asked" not in params
    flags = {name: params.get(name, usual if is_new else "") == "1" for name, usual in FLAGS.items()}
    texts = {name: params.get(name, usual)[:200] for name, usual in TEXTS.items()}
    return Draft(_asked(params, workspace, now), texts, {name: params.getlist(name)[:50] for name in LISTS}, flags)


def of_rule(rule: AlertRule, now: datetime) -> Draft:
    """QueryError when what it watched is gone."""
    quiet, watch = rule.quiet_hours or {}, rule.schedule or {}
    texts = TEXTS | {
        "name": rule.name, "condition": rule.condition, "threshold": _written(rule.threshold), "env": rule.environment,
        "direction": rule.direction, "against": rule.against, "window": str(rule.window_minutes),
        "for": str(rule.for_minutes), "margin": _written(rule.margin_pct),
        "most": str(rule.most_a_day or ""), "quiet_from": quiet.get("from", ""),
        "quiet_to": quiet.get("to", ""), "watch_from": watch.get("from", ""), "watch_to": watch.get("to", ""),
    }  # fmt: skip
    lists = {"ch": [str(each.uid) for each in rule.channels.all()]}
    lists |= {"quiet_day": quiet.get("days", []), "watch_day": watch.get("days", [])}
    flags = {"me": False, "resolved": rule.tells_resolved, "no_data": rule.tells_no_data}
    return Draft(question.read(rule.query, SavedOf(rule.workspace, now)), texts, lists, flags)


def question_parameters(draft: Draft) -> list[tuple[str, str]]:
    if draft.series is None:
        pairs = [("s", each.text) for each in draft.asked.series]
        return pairs + ([("formula", draft.asked.formula_text)] if draft.asked.formula else [])
    pairs = [("m", draft.series.metric), ("e", draft.event), *(("f", to_text(each)) for each in draft.others)]
    return [pair for pair in pairs if pair[1]]


def _asked(params: QueryDict, workspace: Workspace, now: datetime) -> Trend:
    saved = SavedOf(workspace, now)
    metric = params.get("m", "")
    if metric.startswith("saved,"):
        return question.read(metric, saved)
    if not metric and ("s" in params or "formula" in params):
        pairs = [("s", each) for each in params.getlist("s")] + [("formula", params.get("formula", ""))]
        return question.read(urlencode([pair for pair in pairs if pair[1]]), saved)
    event = params.get("e", "").strip()
    about: tuple[Condition, ...] = (Filter("event", "is", (event,)),) if event else ()
    conditions = about + tuple(each for each in conditions_of(params, workspace, now) if each not in about)
    return question.read(question.stored(Trend((Series(known_metric(metric or "visitors"), conditions),))), saved)


def _is_event(given: Condition) -> bool:
    return isinstance(given, Filter) and (given.dimension, given.operator, len(given.values)) == ("event", "is", 1)


def _usual_threshold(condition: str) -> str:
    """An anomaly is three deviations away; a rule about absence compares with nothing."""
    return {"anomaly": "3", "absence": "0"}.get(condition, "")


def _number(text: str, field: str) -> float:
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        raise Problem(422, "number", "Write a number.", field=field) from None
    if not abs(found) < 1e15:
        raise Problem(422, "number", "Write a number of a size that means something.", field=field)
    return found


def _written(number: float) -> str:
    """So that it is read again as it was, whatever its size."""
    return repr(number).removesuffix(".0")


def _one_of(choices: Any, word: str, field: str) -> str:
    if word not in choices.values:
        raise Problem(422, "choice", f"Choose one of {', '.join(choices.values)}.", field=field)
    return word
