"""Pages of an organization's plan, usage, invoices and payment; and the door where Stripe knocks."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from billing import checkout, entitlements, forecasts, plans, stripe_api, subscriptions, summaries, webhooks
from billing.models import Customer, StripeEvent
from billing.stripe_api.incoming import read_webhook
from billing.tasks import enqueue_event
from config.lib import clock
from config.lib.problems import Problem
from workspaces import roles
from workspaces.access import OrganizationRequest, organization_view

MANAGES = roles.needs("manage_billing")


@organization_view(needs=MANAGES)
@require_GET
def plan(request: OrganizationRequest, slug: str) -> HttpResponse:
    """Cards of all plans. Whoever comes back from Stripe's pages sees what Stripe has, not what the address says."""
    if "back" in request.GET:
        _look_again(request)
        return redirect("billing", slug)
    return render(request, "billing/plan.html", _context(request) | {"cards": _cards(request)})


@organization_view(needs=MANAGES)
@require_GET
def usage(request: OrganizationRequest, slug: str) -> HttpResponse:
    context = _context(request)
    found = context["summary"]
    context["offers"] = forecasts.offers(found.month.forecast, found.seats_used)
    return render(request, "billing/usage.html", context)


@organization_view(needs=MANAGES)
@require_GET
def invoices(request: OrganizationRequest, slug: str) -> HttpResponse:
    return render(request, "billing/invoices.html", _context(request))


@organization_view(needs=MANAGES)
@require_GET
def payment(request: OrganizationRequest, slug: str) -> HttpResponse:
    return render(request, "billing/payment.html", _context(request))


@organization_view(needs=MANAGES)
@require_POST
def choose(request: OrganizationRequest, slug: str) -> HttpResponse:
    def act() -> str | None:
        return checkout.choose(
            request.organization,
            request.POST.get("plan", ""),
            actor=request.user,
            now=clock.now(),
            return_url=_back(request),
            email=request.user.email,
        )

    return _go(request, act, done="Done: the plan is changed.")


@organization_view(needs=MANAGES)
@require_POST
def cancel(request: OrganizationRequest, slug: str) -> HttpResponse:
    def act() -> None:
        checkout.cancel(request.organization, actor=request.user, now=clock.now())

    return _go(request, act, done="Cancelled. The plan works until the end of the paid period.")


@organization_view(needs=MANAGES)
@require_POST
def resume(request: OrganizationRequest, slug: str) -> HttpResponse:
    def act() -> None:
        checkout.resume(request.organization, actor=request.user, now=clock.now())

    return _go(request, act, done="The plan goes on.")


@organization_view(needs=MANAGES)
@require_POST
def portal(request: OrganizationRequest, slug: str) -> HttpResponse:
    def act() -> str:
        return checkout.portal_url(
            request.organization, now=clock.now(), return_url=_back(request), email=request.user.email
        )

    return _go(request, act, done="")


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Stored, answered, then handled. An answer other than 2xx makes Stripe send it again."""
    now = clock.now()
    try:
        if not stripe_api.is_on():
            raise Problem(404, "billing_off", "Billing is switched off here.")
        event = read_webhook(request.body, request.headers.get("Stripe-Signature", ""), now)
    except Problem as problem:
        return problem.response()
    row = webhooks.receive(event, request.body.decode(), now)
    if row and row.state == StripeEvent.State.RECEIVED:
        enqueue_event(row.pk)
    return HttpResponse(status=200)


def _go(request: OrganizationRequest, act: Callable[[], str | None], *, done: str) -> HttpResponse:
    """To Stripe's page if there is one to go to, else back to the plan with a word on what happened."""
    try:
        url = act()
    except Problem as problem:
        messages.error(request, problem.detail)
        return redirect("billing", request.organization.slug)
    if url:
        return HttpResponseRedirect(url)
    messages.success(request, done)
    return redirect("billing", request.organization.slug)


def _back(request: OrganizationRequest) -> str:
    return request.build_absolute_uri(reverse("billing", args=[request.organization.slug])) + "?back"


def _look_again(request: OrganizationRequest) -> None:
    customer = Customer.objects.filter(organization=request.organization).first()
    if customer is None:
        return
    try:
        subscriptions.sync(customer, clock.now())
    except Problem as problem:
        messages.error(request, problem.detail)


def _context(request: OrganizationRequest) -> dict[str, Any]:
    now = clock.now()
    found = summaries.summary(request.organization, now)
    present = found.subscription
    return {
        "summary": found,
        "subscription": present,
        "invoices": summaries.invoices(request.organization),
        "unpaid": checkout.unpaid_invoice(present) if present else None,
        "grace_ends_at": entitlements.grace_ends_at(present) if present else None,
        "is_in_arrears": present is not None and entitlements.is_in_arrears(present, now),
        "is_trial": present is not None and present.is_trial(now),
        "without_plan": plans.WITHOUT_PLAN,
        "trial_days": settings.BILLING_TRIAL_DAYS,
        "may_try": settings.BILLING_TRIAL_DAYS and not (found.customer and found.customer.trial_used_at),
    }


def _cards(request: OrganizationRequest) -> list[dict[str, Any]]:
    """Each plan, and the way there from the present one."""
    present = entitlements.current(request.organization)
    on = present.plan if present else ""
    return [
        {"plan": each, "is_current": each.name == on, "is_upgrade": plans.is_upgrade(on, each.name)}
        for each in plans.PLANS.values()
    ]
