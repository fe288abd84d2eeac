"""The side bar, {% navigation %}, which of its links the present page lies behind, and the choice of workspaces."""

from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from workspaces.context_processors import Choices

register = template.Library()
KEPT = 1000  # of each: side bars of some 6 kB, and lists of workspaces
# Pages whose names do not begin with that of their link.
ALSO = {
    "people": {"person", "accounts", "sessions", "session"},
    "organization": {"erasures"},
}
LINKED = {"business_settings"}  # begins like another's, and has a link of its own


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> SafeString:
    """The links that the role of this person has in this workspace."""
    workspace, match = context.get("workspace"), context["request"].resolver_match
    here = match.url_name if match else None
    if not workspace:
        shown = {"organizations": context.get("organizations", ()), "here": here}
        return render_to_string("components/_nav.html", shown)
    actions = frozenset(action for action, is_allowed in context["may"].items() if is_allowed)
    return _links(workspace.slug, workspace.organization.slug, actions, here)


@lru_cache(maxsize=KEPT)
def _links(slug: str, organization: str, actions: frozenset[str], here: str | None) -> SafeString:
    """Nothing but these four decides what the side bar says, so it is written once for each: forty links are a tenth of
    what a page costs, and it shows them twice."""
    shown = {"slug": slug, "organization": organization, "may": dict.fromkeys(actions, True), "here": here}
    return render_to_string("components/_nav.html", shown)


@register.simple_tag(takes_context=True)
def workspaces(context: Context) -> SafeString:
    """The workspaces of this person, for the switcher."""
    workspace = context.get("workspace")
    return _choices(tuple(context.get("workspace_choices") or ()), workspace.slug if workspace else "")


@lru_cache(maxsize=KEPT)
def _choices(choices: Choices, present: str) -> SafeString:
    """Written once for each list and place in it: an agency has a hundred, and each page lists them."""
    return render_to_string("components/_workspaces.html", {"choices": choices, "present": present})


@register.filter
def holds(route: str, page: str | None) -> bool:
    """Whether `page` (a URL's name) lies within the section of `route`: of destinations destination and its new one."""
    one = route.removesuffix("s")
    name = page if page and page not in LINKED else ""
    return name == one or name.startswith((f"{one}_", f"{route}_")) or name in ALSO.get(route, ())
