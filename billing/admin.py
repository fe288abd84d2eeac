"""Billing for operators: what comes in, who does not pay, what Stripe told us and what became of it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from billing import webhooks
from billing.models import Customer, DunningNotice, Invoice, MeterPush, StripeEvent, Subscription
from billing.revenue import revenue
from billing.subscriptions import sync
from config.lib import clock
from config.lib.problems import Problem
from workspaces.admin import ReadOnlyAdmin

SUBSCRIPTION_FIELDS = ("stripe_id", "plan", "status", "monthly_cents", "period_end", "cancel_at", "owing_since")


class FailedPayments(admin.SimpleListFilter):
    title = "collection"
    parameter_name = "collection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", "failed and unpaid")]

    def queryset(self, request: HttpRequest, found: QuerySet[Invoice]) -> QuerySet[Invoice]:
        failed = found.filter(status=Invoice.Status.OPEN, attempts__gt=0)
        return failed if self.value() == "failed" else found


class SubscriptionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Subscription
    extra = 0
    can_delete = False
    fields = SUBSCRIPTION_FIELDS
    readonly_fields = SUBSCRIPTION_FIELDS

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["name", "stripe_id", "billing_email", "payment_method", "trial_used_at", "synced_at"]
    search_fields = ["name", "stripe_id", "billing_email", "organization__name", "organization__slug"]
    list_filter = [("organization", admin.EmptyFieldListFilter), "synced_at"]
    inlines = [SubscriptionInline]
    actions = ["read_again"]

    @admin.action(description="Read the chosen customers from Stripe again", permissions=["billing"])
    def read_again(self, request: HttpRequest, chosen: QuerySet[Customer]) -> None:
        for customer in chosen:
            try:
                sync(customer, clock.now())
            except Problem as problem:
                self.message_user(request, f"{customer}: {problem.detail}", messages.ERROR)
                return
        self.message_user(request, "Our rows say what Stripe says.")

    def has_billing_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_customer")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    """With the revenue above the list."""

    change_list_template = "admin/billing/subscription/change_list.html"
    list_display = ["customer", "plan", "status", "monthly_cents", "discount", "period_end", "cancel_at", "owing_since"]
    list_filter = ["status", "plan", ("owing_since", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["customer"]
    search_fields = ["stripe_id", "customer__name", "customer__stripe_id"]
    date_hierarchy = "created_at"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "revenue": revenue(clock.now())})


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["number", "customer", "status", "total_cents", "paid_cents", "currency", "attempts", "created_at"]
    list_filter = [FailedPayments, "status", "created_at"]
    list_select_related = ["customer"]
    search_fields = ["number", "stripe_id", "customer__name"]
    date_hierarchy = "created_at"


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    list_display = ["type", "state", "customer_stripe_id", "attempts", "received_at", "handled_at", "note"]
    list_filter = ["state", "received_at", "type"]
    search_fields = ["stripe_id", "type", "customer_stripe_id"]
    date_hierarchy = "received_at"
    actions = ["replay"]

    @admin.action(description="Handle the chosen events again", permissions=["billing"])
    def replay(self, request: HttpRequest, chosen: QuerySet[StripeEvent]) -> None:
        ids = list(chosen.order_by("created_at", "id").values_list("pk", flat=True))
        for event_id in ids:
            webhooks.replay(event_id, clock.now())
        left = StripeEvent.objects.filter(pk__in=ids, state=StripeEvent.State.FAILED).count()
        level = messages.ERROR if left else messages.SUCCESS
        self.message_user(request, f"Handled again: {len(ids) - left}. Failed: {left}.", level)

    def has_billing_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_stripeevent")


@admin.register(MeterPush)
class MeterPushAdmin(ReadOnlyAdmin):
    list_display = ["customer", "hour", "part", "quantity", "state", "attempts", "sent_at", "note"]
    list_filter = ["state", "hour"]
    list_select_related = ["customer"]
    search_fields = ["customer__name", "identifier"]
    date_hierarchy = "hour"


@admin.register(DunningNotice)
class DunningNoticeAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subscription", "about", "claimed_at", "sent_at"]
    list_filter = ["kind", "sent_at"]
    list_select_related = ["subscription__customer"]
    search_fields = ["subscription__customer__name"]
