"""Values for the filter builder: those of the data, most frequent first, that contain what was typed so far."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.query import run
from analytics.query.model import QueryError
from analytics.query.words import known_dimension
from analytics.views import state
from analytics.views.listing import named
from analytics.views.said import shown_value
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces.access import WorkspaceRequest, workspace_view

SHOWN = 20
# Some dimensions tell visits apart and know nothing of single events; visits are known to all others.
METRIC = {"entry_page": "visits", "exit_page": "visits"}


@require_safe
@workspace_view(needs="viewer")
@says_when_unavailable
def overview_values(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """<option>s for ?dimension=page&value=doc. Of several values separated by | the last one is completed."""
    page, _ = state.read_or_usual(request.GET, request.workspace, clock.now())
    *before, typed = request.GET.get("value", "").split("|")
    try:
        name = known_dimension(request.GET.get("dimension", ""))
    except QueryError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    looked_for = (named(name, typed.strip()),) if typed.strip() else ()
    query = page.without_filters().query(
        METRIC.get(name, "visitors"), dimensions=(name,), filters=looked_for, limit=SHOWN, compare=None, totals=False
    )
    keys = [row.keys[0] for row in run(query, page.now).rows if row.keys[0]]
    values = [("|".join([*before, key]), shown_value(name, key)) for key in keys]
    return render(request, "analytics/_suggestions.html", {"values": values})
