"""The parameters of an export, as a program writes them: the address of a report, read more strictly than its page."""

from django.http import QueryDict

from analytics.query.model import QueryError
from analytics.query.page import DEFAULTS
from analytics.query.parse import check_dates
from analytics.query.words import known
from analytics.views.exports import asking
from analytics.views.panels import PANELS
from workspaces.models import Environment

STATE = (*DEFAULTS, "from", "to", "f", "interval", "bots", "profile", "compare_from", "compare_to")
# What the reports read beside it, by report; the same word may mean something in several.
OWN = (
    *("s", "formula", "by", "top", "smooth", "show"),  # trends
    *("step", "order", "window", "per", "without", "drops", "attribution"),  # funnel
    *("begin", "back", "who", "unit", "clock", "came", "columns", "brackets"),  # retention
    *("of", "start", "end", "steps", "group", "skip"),  # paths
    *("active", "goal", "model", "view", "measure", "every", "tool"),  # lifecycle, stickiness, and the summed ones
    *("tab", "search", "tail", "after", "cursor", "offset"),  # lists
)
NAMES = tuple(dict.fromkeys([*STATE, *OWN, *(panel.name for panel in PANELS)]))


def parameters_of(text: str, environment: Environment) -> str:
    """`text` as an export keeps it. QueryError for a name that no report reads, and for dates that would not count."""
    given = QueryDict(text.removeprefix("?")).copy()
    for name in given:
        known("parameter", name, NAMES, "parameters")
    if given.get("env", environment) != environment:
        raise QueryError(f"Ask for {given['env']} data with ?env={given['env']} at the address.", "parameters")
    check_dates(given)
    if "from" in given or "to" in given:  # dates alone make the period one's own, as everywhere in the API
        given.setdefault("period", "custom")
    return asking.parameters_of(given)
