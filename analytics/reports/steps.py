"""What somebody did, as a step of a report: conditions that one event fits. In a URL is,event,signup;is,country,DE"""

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.query.bounds import Parameters, Window
from analytics.query.condition_json import from_list
from analytics.query.condition_text import from_text, parts, to_text
from analytics.query.conditions import Look, all_of
from analytics.query.given import list_of, text_of
from analytics.query.model import Condition, Filter, Query, QueryError
from analytics.query.saved import NOTHING_SAVED, Saved
from analytics.query.words import known

Step = tuple[Condition, ...]

# Being here at all: closing a tab is not.
ANYTHING: Step = (Filter("type", "is_not", ("page_exit", "session_end")),)
KINDS = ("event", "goal", "page")  # the short forms of JSON
# Events that happen without anybody deciding anything: no one-after-the-other is broken by them.
AUTOMATIC = ("scroll", "page_exit", "session_end", "session_start", "user_identification")
SHAPE = 'A step is {"filters": [["is", "event", ["signup"]]]}, or in short {"event": "signup"}, "goal" or "page".'


def step_of_text(text: str, saved: Saved = NOTHING_SAVED) -> Step:
    """QueryError for what is no step."""
    found = tuple(from_text(each, saved) for each in parts(text, text) if each)
    if not found:
        raise QueryError("A step needs a condition, such as is,event,signup.", "steps")
    return found


def text_of_step(step: Step) -> str:
    return ";".join(to_text(each, inside=True) for each in step)


def step_of_json(given: Any, saved: Saved = NOTHING_SAVED, field: str = "steps") -> Step:
    if isinstance(given, str):
        return (Filter("event", "is", (given,)),)
    if not isinstance(given, Mapping):
        raise QueryError(SHAPE, field)
    for name in given:
        known("field", str(name), ("filters", *KINDS), field)
    words = {name: text_of(given, name, field) for name in KINDS}
    short = tuple(Filter(name, "is", (word,)) for name, word in words.items() if word)
    found = short + from_list(list_of(given, "filters", field), saved, field)
    if not found:
        raise QueryError(SHAPE, field)
    return found


def step_or_any(data: Mapping[str, Any], name: str, saved: Saved) -> Step:
    """The step of a field that may be left out, or empty: any event, then."""
    given = data.get(name)
    return ANYTHING if given in (None, "", {}) else step_of_json(given, saved, name)


def fits(step: Iterable[Condition], query: Query, bound: Parameters) -> str:
    """SQL over a row of `events`: it fits the step."""
    window = Window.of(query.period)
    return all_of(step, Look(query.dataset_id, "events", query.period, (window,), query.bots), bound)
