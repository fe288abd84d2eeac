"""{% icon "key" "size-5 text-muted" %}: one symbol of icons.svg (the names stand in static/build/assets.mjs).

A tag and not an include: a page shows a hundred of them, and this one is a dictionary look-up.
"""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """`classes` are the template's own, never input."""
    address = f"{static('icons.svg')}#{name}"
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"></use></svg>', classes, address)
