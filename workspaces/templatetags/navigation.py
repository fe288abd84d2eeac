"""Which link of the side bar the present page belongs to."""

from django import template

register = template.Library()
# Pages whose names do not begin with that of their link.
ALSO = {
    "people": {"person", "accounts", "sessions", "session"},
    "organization": {"erasures"},
}
LINKED = {"business_settings"}  # begins like another's, and has a link of its own


@register.filter
def holds(route: str, page: str | None) -> bool:
    """Whether `page` (a URL's name) lies within the section of `route`: of destinations destination and its new one."""
    one = route.removesuffix("s")
    name = page if page and page not in LINKED else ""
    return name == one or name.startswith((f"{one}_", f"{route}_")) or name in ALSO.get(route, ())
