"""The ways in that a dashboard has: links and embeds, made and revoked by admins."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from analytics.dashboards import sharing
from analytics.models import DashboardShare
from analytics.query.condition_json import to_json
from analytics.query.model import QueryError
from analytics.query.parse import conditions_of
from analytics.views.dashboards.state import DashboardRequest, address, dashboard_view
from analytics.views.said import said
from config.lib import clock
from config.lib.problems import Problem
from workspaces.forms import refusals_in

ENDS = [("", "never"), ("1", "in a day"), ("7", "in a week"), ("30", "in 30 days"), ("90", "in 90 days")]


class ShareForm(forms.Form):
    kind = forms.ChoiceField(
        choices=DashboardShare.Kind.choices,
        label="As",
        help_text="A link opens for whoever has it. An embed stands in your product: your server signs who sees what.",
    )
    name = forms.CharField(max_length=80, required=False, help_text="Whom it is for, to find it again.")
    password = forms.CharField(
        max_length=200,
        required=False,
        help_text="Of a link.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    ends = forms.ChoiceField(choices=ENDS, required=False, label="Ends")
    theme = forms.ChoiceField(choices=DashboardShare.Theme.choices, initial=DashboardShare.Theme.SYSTEM)
    origins = forms.CharField(
        max_length=2000,
        required=False,
        label="Pages that may frame an embed",
        help_text="Such as https://app.example.com, several with blanks. Empty: any page.",
    )
    may_change = forms.BooleanField(
        required=False, initial=True, label="Readers may change the period and add filters of their own"
    )
    is_branded = forms.BooleanField(required=False, initial=True, label="Show the name MetricPal below it")

    def save(self, request: DashboardRequest, filters: list[Any]) -> DashboardShare:
        given, now = self.cleaned_data, clock.now()
        return sharing.create(
            request.dashboard,
            kind=given["kind"],
            name=given["name"],
            password=given["password"],
            theme=given["theme"],
            origins=given["origins"].replace(",", " ").split(),
            may_change=given["may_change"],
            is_branded=given["is_branded"],
            expires_at=now + timedelta(int(given["ends"])) if given["ends"] else None,
            filters=filters,
            actor=request.user,
            now=now,
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@dashboard_view("share")
def listed(request: DashboardRequest) -> HttpResponse:
    """With ?f=: the filters that a new share locks, taken from the page one came from."""
    now = clock.now()
    try:
        locked, error = conditions_of(request.GET, request.workspace, now), ""
    except QueryError as refused:
        locked, error = (), str(refused)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and not error and form.is_valid():
        with refusals_in(form):
            made = form.save(request, [to_json(each) for each in locked])
            messages.success(request, f"{made.get_kind_display()} “{made.name}” is open.")
            return redirect(address(request.dashboard, "dashboard_shares"))
    context = {
        "dashboard": request.dashboard,
        "form": form,
        "error": error,
        "locked": [said(each) for each in locked],
        "shares": [_shown(request, each) for each in request.dashboard.shares.filter(revoked_at=None)],
        "now": now,
    }
    return render(request, "analytics/dashboards/shares.html", context)


@require_POST
@dashboard_view("share")
def revoke(request: DashboardRequest, share_uid: str) -> HttpResponse:
    share = get_object_or_404(request.dashboard.shares, uid=share_uid)
    sharing.revoke(share, actor=request.user, now=clock.now())
    messages.success(request, f"“{share.name}” has ended.")
    return redirect(address(request.dashboard, "dashboard_shares"))


def _shown(request: DashboardRequest, share: DashboardShare) -> dict[str, Any]:
    """With its address; of an embed the secret, and an address that works for an hour to look at it."""
    try:
        conditions = [said(each) for each in sharing.locked(share, clock.now())]
    except (QueryError, Problem) as refused:
        conditions = [str(refused)]
    secret = sharing.secret_of(share)
    if share.kind == DashboardShare.Kind.LINK:
        href = request.build_absolute_uri(reverse("shared_dashboard", args=[secret]))
        return {"share": share, "filters": conditions, "href": href}
    frame = request.build_absolute_uri(reverse("embedded_dashboard", args=[share.uid]))
    preview = f"{frame}?token={sharing.token(share, [], clock.now())}"
    return {"share": share, "filters": conditions, "href": preview, "secret": secret, "frame": frame}
