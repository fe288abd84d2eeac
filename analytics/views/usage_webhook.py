"""Where a program of the organization's hears of its limits: one address, tried out, changed and taken away here."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from analytics.forms_usage import LimitWebhookForm
from analytics.models import LimitWebhook
from analytics.quotas import webhook
from config.lib import clock
from workspaces import roles
from workspaces.access import OrganizationRequest, organization_view
from workspaces.forms import refusals_in
from workspaces.providers import DeliveryError

CHANGES = roles.needs("change_organization")
POSTS_SHOWN = 20


@organization_view(needs=CHANGES)
@require_http_methods(["GET", "HEAD", "POST"])
def usage_webhook(request: OrganizationRequest, slug: str) -> HttpResponse:
    known = webhook.of(request.organization)
    form = LimitWebhookForm(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = webhook.set_up(request.organization, **form.cleaned_data, actor=request.user, now=clock.now())
            return _tried(request, slug, made)
    posts = known.posts.select_related("notice__api_key")[:POSTS_SHOWN] if known else []
    context = {"form": form, "webhook": known, "posts": posts}
    return render(request, "analytics/usage/webhook.html", context)


@organization_view(needs=CHANGES)
@require_POST
def test(request: OrganizationRequest, slug: str) -> HttpResponse:
    return _tried(request, slug, _known(request))


@organization_view(needs=CHANGES)
@require_POST
def remove(request: OrganizationRequest, slug: str) -> HttpResponse:
    webhook.remove(_known(request), actor=request.user, now=clock.now())
    messages.success(request, "The webhook is removed. Mails and the notice above every page go on.")
    return redirect("usage_webhook", slug)


def _known(request: OrganizationRequest) -> LimitWebhook:
    found = webhook.of(request.organization)
    if found is None:
        raise Http404
    return found


def _tried(request: OrganizationRequest, slug: str, made: LimitWebhook) -> HttpResponse:
    """Sends a test message, and says how that went."""
    try:
        webhook.try_out(made, clock.now())
    except DeliveryError as error:
        messages.error(request, f"The webhook is set, but it did not take the test message: {error}")
    else:
        messages.success(request, "The webhook is set, and took the test message.")
    return redirect("usage_webhook", slug)
