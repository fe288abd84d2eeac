"""Usage, subscription and invoices of an organization over HTTP, and the way to another plan. For its Owners."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsPerson, person
from billing import checkout, entitlements, serializers, summaries
from billing.summaries import Summary
from config.lib import clock
from config.lib.problems import Problem
from workspaces import access, roles
from workspaces.models import Organization

WHICH = [
    OpenApiParameter("organization", OpenApiTypes.STR, description="Id or slug; needed if you belong to several."),
    OpenApiParameter("X-Tenant-Slug", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The same, as a header."),
]


@extend_schema(tags=["Billing"], parameters=WHICH, responses=serializers.BilledUsageSerializer)
@api_view(["GET"])
@permission_classes([IsPerson])
def usage(request: Request) -> Response:
    """What this month has used of the plan, and how it will end if it goes on like this."""
    found = summaries.summary(_organization(request), clock.now())
    body = {
        "subscription_tier": found.entitlement.plan,
        "billing_cycle_start": found.month.start.date(),
        "billing_cycle_end": found.month.end.date(),
        "events_used_this_month": found.month.used,
        "monthly_event_limit": found.entitlement.events,
        "percent_used": found.percent,
        "forecast": found.month.forecast,
        "seats_used": found.seats_used,
        "seat_limit": found.entitlement.seats,
    }
    return Response(serializers.BilledUsageSerializer(body).data)


@extend_schema(tags=["Billing"], parameters=WHICH, responses=serializers.SubscriptionSerializer)
@api_view(["GET"])
@permission_classes([IsPerson])
def subscription(request: Request) -> Response:
    """The plan, what it costs, and when it is paid next or ends."""
    body = _subscription(summaries.summary(_organization(request), clock.now()))
    return Response(serializers.SubscriptionSerializer(body).data)


@extend_schema(tags=["Billing"], parameters=WHICH, responses=serializers.InvoicesSerializer)
@api_view(["GET"])
@permission_classes([IsPerson])
def invoices(request: Request) -> Response:
    """Every invoice, newest first."""
    body = {"invoices": summaries.invoices(_organization(request))}
    return Response(serializers.InvoicesSerializer(body).data)


@extend_schema(
    tags=["Billing"], parameters=WHICH, request=serializers.UpgradeSerializer, responses=serializers.UpgradedSerializer
)
@api_view(["POST"])
@permission_classes([IsPerson])
def upgrade(request: Request) -> Response:
    """Go to another plan, up or down. The first one is bought on Stripe's page: open `checkout_url`."""
    organization, now = _organization(request), clock.now()
    body = serializers.UpgradeSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    back = request.build_absolute_uri(reverse("billing", args=[organization.slug])) + "?back"
    url = checkout.choose(
        organization,
        body.validated_data["subscription_tier"],
        actor=request.user,
        now=now,
        return_url=back,
        email=person(request).email,
    )
    answer = _subscription(summaries.summary(organization, now)) | {"checkout_url": url}
    return Response(serializers.UpgradedSerializer(answer).data)


def _subscription(found: Summary) -> dict[str, Any]:
    present = found.subscription
    body: dict[str, Any] = {
        "billing": "on" if found.is_on else "off",
        "subscription_tier": present.plan if present else "",
        "status": present.status if present else "",
        "stripe_subscription_id": present.stripe_id if present else None,
        "monthly_price_cents": None if present is None or present.metered_since else present.monthly_cents,
        "current_period_start": present.period_start if present else None,
        "current_period_end": present.period_end if present else None,
        "trial_ends_at": present.trial_ends_at if present else None,
        "cancel_at": present.cancel_at if present else None,
        "pending_tier": present.pending_plan if present else "",
        "grace_ends_at": entitlements.grace_ends_at(present) if present else None,
    }
    return body


def _organization(request: Request) -> Organization:
    """The one that is named, or the only one there is; for its Owners."""
    needed = roles.needs("manage_billing")
    name = request.query_params.get("organization") or request.headers.get("X-Tenant-Slug")
    if name:
        return access.get_organization(request.user, name, needed)
    mine = Organization.objects.filter(memberships__user_id=person(request).pk).values_list("uid", flat=True)[:2]
    if len(mine) != 1:
        detail = "Say which organization: ?organization=<id or slug> or the header X-Tenant-Slug."
        raise Problem(400, "which_organization", detail)
    return access.get_organization(request.user, mine[0], needed)
