"""Settings → Privacy & filters: what is taken in, what is kept of it, and what was kept out lately."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import redis
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.lib import clock
from tracking import rejections, rules, usage
from tracking.expiry import asking, limits
from tracking.forms_rules import RulesForm
from workspaces import roles
from workspaces.access import WorkspaceRequest, workspace_view

DAYS = 7
LISTED = 20


@workspace_view(needs=roles.needs("change_workspace"))
@require_http_methods(["GET", "POST"])
def privacy_and_filters(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = clock.now()
    row = rules.row_of(request.workspace)
    days_before = limits.days_of(row)
    form = RulesForm(request.POST or None, instance=row)
    loss = None
    if request.method == "POST" and form.is_valid():
        loss = asking.loss(request.workspace, days_before, limits.days_of(form.instance), now)
        if loss is None or request.POST.get("agreed") == str(loss.days):
            return _saved(request, form, now)
    about = {"loss": loss, "expiries": asking.states(request.workspace, days_before, now), "days": DAYS}
    kept_out = _kept_out(request.workspace.dataset_id(), now)
    return render(request, "tracking/rules.html", {"form": form, **about, **kept_out})


def _saved(request: WorkspaceRequest, form: RulesForm, now: datetime) -> HttpResponse:
    if form.changed_data:
        rules.change(form.save(commit=False), form.changed_data, actor=request.user, now=now)
    messages.success(request, "Saved. It holds within five seconds.")
    return redirect("collection_rules", request.workspace.slug)


def _kept_out(dataset_id: int, now: datetime) -> dict[str, Any]:
    """Counts by reason and the last refused events, of live data; nothing while the counters are away."""
    try:
        counts: Counter[str] = Counter()
        for back in range(DAYS):
            counts.update(usage.of_day(dataset_id, now - timedelta(days=back)))
        latest = rejections.lately(dataset_id, most=LISTED)
    except redis.RedisError:
        return {"accepted": 0, "reasons": [], "latest": []}
    accepted = counts.pop(usage.ACCEPTED, 0)
    return {
        "accepted": accepted,
        "reasons": [(usage.SAID[name], each) for name, each in counts.most_common()],
        "latest": [row | {"moment": datetime.fromisoformat(row["at"])} for row in latest],
    }
