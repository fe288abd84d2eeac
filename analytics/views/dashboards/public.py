"""What readers without an account see: a dashboard behind a link, or in a frame. Nothing here asks for a session."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from analytics.dashboards import sharing
from analytics.live import tickets
from analytics.models import DashboardShare
from analytics.query.condition_json import to_json
from analytics.query.model import QueryError
from analytics.views.dashboards import board
from analytics.views.dashboards.page import Reading, read_state, reading_of
from analytics.views.dashboards.state import framed, socket
from config.lib import clock
from tracking.limits import sender_of
from tracking.store import QueryTimeout, QueryTooLarge, StoreUnavailable

FRAGMENTS = {"overview": "analytics/dashboards/_shared.html", "dashboard": "analytics/dashboards/_board.html"}
ENDED = "This dashboard is no longer shared, or never was. Ask whoever sent you here for a new link."
AWAY = "This dashboard cannot be shown just now. Load the page again in a minute."
HASTY = "That were many requests in a short time. Wait a moment, then load this page again."


def _says_when_it_cannot(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Without the reason: it may name what is locked. Whoever owns the dashboard sees it there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (QueryError, QueryTimeout, QueryTooLarge, StoreUnavailable):
            return _framed(_refused(request, AWAY, 503), None)

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_says_when_it_cannot
def link(request: HttpRequest, secret: str) -> HttpResponse:
    now = clock.now()
    share = sharing.of_link(secret, now)
    if share is None:
        return _quiet(_refused(request, ENDED, 404))
    if share.password and request.session.get(_kept(share)) != sharing.unlocked_by(share):
        return _quiet(_ask(request, share))
    if request.method == "POST":
        return redirect("shared_dashboard", secret)
    if wait_s := sharing.wait_to_read(share, _reader(request)):
        return _quiet(_hasty(request, wait_s))
    sharing.opened(share, now)
    return _quiet(_answer(request, share, reading_of(share, now), tickets.Ticket(share.dashboard_id, share.pk)))


@never_cache
@csrf_exempt
@require_safe
@_says_when_it_cannot
def embed(request: HttpRequest, uid: str) -> HttpResponse:
    now, token = clock.now(), request.GET.get("token", "")
    share = sharing.of_embed(uid, now)
    if share is None:
        return _framed(_refused(request, ENDED, 404), None)
    try:
        claims = sharing.claims(share, token, now)
    except sharing.TokenRefused as refused:
        return _framed(_refused(request, str(refused), 403), share)
    if wait_s := sharing.wait_to_read(share, _reader(request)):
        return _framed(_hasty(request, wait_s), share)
    sharing.opened(share, now)
    own = [to_json(each) for each in claims.filters]
    ends_at = claims.expires_at.timestamp()
    ticket = tickets.Ticket(share.dashboard_id, share.pk, filters=own, token=token, ends_at=ends_at)
    reading = reading_of(share, now, claims.filters, token)
    return _framed(_answer(request, share, reading, ticket, claims.theme), share)


def _answer(
    request: HttpRequest, share: DashboardShare, reading: Reading, ticket: tickets.Ticket, theme: str = ""
) -> HttpResponse:
    dashboard = share.dashboard
    # Readers see what counts: test data and bots are for whoever builds.
    page, error = read_state(dashboard, _without(request.GET, "env", "bots", "token"), clock.now(), reading)
    context = framed(page, dashboard) | {
        "dashboard": dashboard,
        "share": share,
        "heading": dashboard.name,
        "board": board.shown(page, dashboard),
        "socket": socket(replace(page, fixed=(("ticket", tickets.sign(ticket)),)), dashboard),
        "theme": theme or ("" if share.theme == DashboardShare.Theme.SYSTEM else share.theme),
        "is_shared": True,
        "always": [],  # what is locked is nobody's business
        "error": error,
    }
    template = FRAGMENTS.get(request.headers.get("HX-Target", ""), "analytics/dashboards/shared.html")
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _ask(request: HttpRequest, share: DashboardShare) -> HttpResponse:
    """The page of the password, and what is sent with it."""
    error = ""
    if request.method == "POST":
        wait_s = sharing.wait_to_guess(share, _reader(request))
        if not wait_s and sharing.is_password(share, request.POST.get("password", "")):
            request.session[_kept(share)] = sharing.unlocked_by(share)
            return redirect(request.path)
        error = f"Too many tries. Wait {wait_s} seconds." if wait_s else "That is not the password of this dashboard."
    status = 200 if request.method != "POST" else 403
    return render(request, "analytics/dashboards/shared_password.html", {"share": share, "error": error}, status=status)


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "analytics/dashboards/shared_ended.html", {"reason": reason}, status=status)


def _hasty(request: HttpRequest, wait_s: int) -> HttpResponse:
    response = _refused(request, HASTY, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def _kept(share: DashboardShare) -> str:
    return f"share:{share.uid}"


def _reader(request: HttpRequest) -> str:
    """By address; of IPv6 by what a subscriber is given."""
    return sender_of(request.META)


def _without(params: Any, *names: str) -> Any:
    given = params.copy()
    for name in names:
        given.pop(name, None)
    return given


def _quiet(response: HttpResponse) -> HttpResponse:
    """For people who have the address, not for search engines, and never named to other sites."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"  # "no-referrer" hides from us as well: no form would pass
    return response


def _framed(response: HttpResponse, share: DashboardShare | None) -> HttpResponse:
    """May stand in a frame of the pages that the embed names, or of any where it names none. So may the word that there
    is no embed: whose product it stood in should not show a browser's error."""
    response._csp_replace = {"frame-ancestors": (share.origins if share else []) or ["*"]}  # type: ignore[attr-defined]
    response.xframe_options_exempt = True
    return _quiet(response)
