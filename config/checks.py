"""Wrong deployments, found before they serve: `manage.py check --deploy` names each with what to set instead."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from tracking.models.rules import FEWEST_DAYS, MOST_DAYS

MANY_HOSTS = "*"


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[Any] | None, **options: Any) -> list[Error | Warning]:
    return [*_errors(), *_warnings()]


def _errors() -> Iterator[Error]:
    if settings.SECRET_KEY == settings.INSECURE_KEY:
        yield Error("SECRET_KEY is the one for development. Set it to a long random text.", id="metricpal.E001")
    if settings.DEBUG:
        yield Error("DEBUG is on: errors would show settings and data. Set DEBUG=false.", id="metricpal.E002")
    if not settings.HEADLESS_JWT_PRIVATE_KEY:
        yield Error(
            "JWT_PRIVATE_KEY is missing: nobody could sign in to the API. "
            "Make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            id="metricpal.E003",
        )
    if MANY_HOSTS in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS allows every host. Name yours.", id="metricpal.E004")
    if not settings.EVENT_STORE_URL.startswith(("http://", "https://")):
        # One process may open the embedded engine's folder, and web, writer and worker are several.
        yield Error(
            "EVENT_STORE_URL must be http(s)://user:password@host:port/database. "
            "For the embedded engine, run `manage.py eventstore` and name its address.",
            id="metricpal.E005",
        )
    if settings.DATA_RETENTION_DAYS and not FEWEST_DAYS <= settings.DATA_RETENTION_DAYS <= MOST_DAYS:
        yield Error(
            f"DATA_RETENTION_DAYS must be 0 (for ever) or from {FEWEST_DAYS} to {MOST_DAYS}: older events are deleted.",
            id="metricpal.E007",
        )
    if settings.STRIPE_SECRET_KEY and not settings.STRIPE_WEBHOOK_SECRET:
        yield Error(
            "STRIPE_WEBHOOK_SECRET is missing: nobody would learn that a payment came or failed. "
            "Make an endpoint for https://<this site>/billing/stripe/ at Stripe and set its signing secret.",
            id="metricpal.E006",
        )


def _warnings() -> Iterator[Warning]:
    if not settings.SECURE:
        yield Warning("HTTPS is not set: cookies travel in the clear. Set HTTPS=true.", id="metricpal.W001")
    if settings.BUFFER_URL == settings.REDIS_URL:
        yield Warning(
            "BUFFER_URL and REDIS_URL are the same server: a flush of the cache would lose events not stored yet. "
            "Give the ingest log a server of its own, with appendfsync always.",
            id="metricpal.W002",
        )
    if not settings.METRICS_TOKEN:
        yield Warning("METRICS_TOKEN is not set: /metrics is open to everybody.", id="metricpal.W003")
    if urlsplit(settings.SITE_URL).hostname in ("127.0.0.1", "localhost"):
        yield Warning(
            "SITE_URL names this machine: links in mails of alerts, reports and invoices would lead nowhere. "
            "Set it to the address under which people open this site.",
            id="metricpal.W005",
        )
    if settings.MAIL_BACKEND.endswith("console.EmailBackend"):
        yield Warning("EMAIL_URL is not set: mails are printed, not sent.", id="metricpal.W004")
