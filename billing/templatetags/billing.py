"""{% billing_banner %}: the sentence about money above a page, for members of the organization it is about."""

from typing import Any

from django import template

from billing import entitlements, stripe_api
from billing.banners import Banner, banner
from config.lib import clock

register = template.Library()


@register.simple_tag(takes_context=True)
def billing_banner(context: dict[str, Any]) -> Banner | None:
    """Costs nothing where billing is off, and a query where it is on."""
    if not stripe_api.is_on():
        return None
    workspace = context.get("workspace")
    organization = getattr(context["request"], "organization", None) or (workspace and workspace.organization)
    return banner(entitlements.current(organization), clock.now()) if organization else None


@register.filter
def money(cents: int, currency: str = "usd") -> str:
    """9900 → $99, 1234567 → $12,345.67; other currencies with their letters."""
    whole, rest = divmod(abs(cents), 100)
    amount = f"{whole:,}" + (f".{rest:02}" if rest else "")
    sign = "−" if cents < 0 else ""
    return f"{sign}${amount}" if currency.lower() == "usd" else f"{sign}{amount} {currency.upper()}"
