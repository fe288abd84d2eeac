"""A step of a report's sentence: which event, and the conditions it fits. Each word is a link to the question as it
would be with another one."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.query.model import Condition, Filter
from analytics.reports.steps import Step
from analytics.views.menus import Item
from analytics.views.said import all_said, said

Put = Callable[[Step | None], str]  # the URL with this step instead, or without it
FIRST = Filter("type", "is", ("page_view",))


@dataclass(frozen=True)
class Word:
    text: str
    remove_href: str


@dataclass(frozen=True)
class StepRow:
    letter: str
    event: str
    events: list[Item]
    conditions: list[Word]
    narrow_href: str  # the state that the filter builder adds to
    remove_href: str  # empty: it has to stay


def step_row(letter: str, step: Step, names: list[str], put: Put, narrow_href: str, can_go: bool) -> StepRow:
    about = _event(step)
    rest = tuple(each for each in step if each is not about)
    events = [Item(name, put((Filter("event", "is", (name,)), *rest)), about_name(about) == name) for name in names]
    if rest:
        events.insert(0, Item("any event", put(rest), about is None))
    return StepRow(
        letter=letter,
        event=about_name(about),
        events=events,
        conditions=[Word(said(each), put(_without(step, each))) for each in rest],
        narrow_href=narrow_href,
        remove_href=put(None) if can_go else "",
    )


def step_said(step: Step) -> str:
    """Short, for the head of a column: the event's name alone where that is all."""
    about = _event(step)
    rest = [each for each in step if each is not about]
    where = all_said(rest)
    return f"{about_name(about)} where {where}" if about and rest else where or about_name(about)


def with_condition(step: Step, added: Condition) -> Step:
    return step if added in step else (*step, added)


def about_name(about: Filter | None) -> str:
    return about.values[0] if about else "any event"


def _event(step: Step) -> Filter | None:
    """The condition that names a single event, or a single type."""
    named = (each for each in step if isinstance(each, Filter) and each.operator == "is" and len(each.values) == 1)
    return next((each for each in named if each.dimension in ("event", "type", "goal")), None)


def _without(step: Step, gone: Condition) -> Step:
    return tuple(each for each in step if each != gone) or (FIRST,)
