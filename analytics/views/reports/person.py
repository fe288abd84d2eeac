"""The page of one person: who it is, what is known, what they brought in, and every visit with its events."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from analytics.query.model import Query, QueryError
from analytics.reports.people.profile import Profile, profile
from analytics.reports.sessions import all_time, list_sessions, number, timelines
from analytics.templatetags import numbers
from analytics.views.reports import amounts, tables
from analytics.views.reports.sessions import visit_shown
from analytics.views.reports.tables import Fact
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from tracking import erasure
from workspaces.access import WorkspaceRequest, workspace_view
from workspaces.models import Environment
from workspaces.roles import needs

VISITS, EVENTS_OF_A_VISIT = 20, 200


@require_safe
@workspace_view(needs=needs("analyse"))
@says_when_unavailable
def person_page(request: WorkspaceRequest, slug: str, person: str) -> HttpResponse:
    environment: Environment = "test" if request.GET.get("env") == "test" else "live"
    dataset_id, wanted = request.workspace.dataset_id(environment), number(person)
    found = profile(request.workspace, dataset_id, wanted) if wanted is not None else None
    if found is None:
        raise Http404
    zone = request.workspace.timezone
    now = clock.now()
    query = Query(dataset_id, zone, all_time(now, ZoneInfo(zone)), (), bots=True)
    cursor, notice = request.GET.get("cursor", ""), ""
    try:
        page = list_sessions(query, VISITS, cursor or None, wanted)
    except QueryError as refused:
        page, notice = list_sessions(query, VISITS, None, wanted), str(refused)
    timeout = request.workspace.session_timeout_minutes
    events = timelines(dataset_id, page.visits, now, timeout, EVENTS_OF_A_VISIT)
    kept = "env=test&" if environment == "test" else ""
    context = {
        "person": found,
        "facts": _facts(found, zone),
        "visits": [visit_shown(request.workspace, environment, each, events[each["id"]]) for each in page.visits],
        "most_events": EVENTS_OF_A_VISIT,
        "more_href": f"?{kept}cursor={page.next_cursor}" if page.next_cursor else "",
        "back_href": f"{request.path}?{kept}" if cursor else "",
        "environment": environment,
        "notice": notice,
        "places": [tables.country(code) for code in found.countries],
    }
    return render(request, "analytics/reports/person.html", context)


@require_POST
@workspace_view(needs=needs("erase"))
@says_when_unavailable
def erase(request: WorkspaceRequest, slug: str, person: str) -> HttpResponse:
    environment: Environment = "test" if request.POST.get("env") == "test" else "live"
    wanted = number(person)
    if wanted is None or profile(request.workspace, request.workspace.dataset_id(environment), wanted) is None:
        raise Http404
    erasure.ask_person(request.workspace, environment, wanted, actor=request.user, now=clock.now())
    messages.success(request, "The person is being erased: hidden within a minute, off the disk within a day.")
    return redirect("erasures", request.workspace.organization.slug)


def _facts(person: Profile, zone: str) -> list[Fact]:
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (person.first_seen, person.last_seen))
    return [
        Fact("First seen", f"{first.day} {first:%b %Y}", note=f"from {person.source or 'nowhere known'}"),
        Fact("Last seen", f"{last.day} {last:%b %Y}", note=f"at {last:%H:%M}"),
        Fact("Visits", numbers.exact(person.visits), note=f"{numbers.exact(person.pageviews)} page views"),
        Fact("Engaged", numbers.duration(person.engaged_s), note="in all"),
        Fact("Revenue", amounts.amounts(person.revenue), title=amounts.amounts(person.revenue)),
    ]
