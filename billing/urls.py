"""What billing serves: pages under /o/<slug>/billing/, the API, and the address that Stripe calls."""

from django.urls import URLPattern, URLResolver, path

from billing import api as billing_api
from billing import views

api: list[URLPattern | URLResolver] = [
    path("billing/usage", billing_api.usage, name="api_billing_usage"),
    path("billing/subscription", billing_api.subscription, name="api_billing_subscription"),
    path("billing/invoices", billing_api.invoices, name="api_billing_invoices"),
    path("billing/upgrade", billing_api.upgrade, name="api_billing_upgrade"),
]
pages: list[URLPattern | URLResolver] = [
    path("billing/stripe/", views.stripe_webhook, name="stripe_webhook"),
    path("o/<slug:slug>/billing/", views.plan, name="billing"),
    path("o/<slug:slug>/billing/usage/", views.usage, name="billing_usage"),
    path("o/<slug:slug>/billing/invoices/", views.invoices, name="billing_invoices"),
    path("o/<slug:slug>/billing/payment/", views.payment, name="billing_payment"),
    path("o/<slug:slug>/billing/choose/", views.choose, name="billing_choose"),
    path("o/<slug:slug>/billing/cancel/", views.cancel, name="billing_cancel"),
    path("o/<slug:slug>/billing/resume/", views.resume, name="billing_resume"),
    path("o/<slug:slug>/billing/portal/", views.portal, name="billing_portal"),
]
