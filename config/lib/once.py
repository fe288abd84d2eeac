"""{% once "components/_nav.html" %}: an include that is rendered once a page, however often it stands there.

The frame shows the same menus twice, beside the page and above it on a phone: the second costs nothing this way. Only
for fragments that use the page's own context and no ids.
"""

from typing import Any, cast

from django import template
from django.template import Context
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context: Context, name: str) -> SafeString:
    rendered = cast(dict[str, Any], context.render_context.dicts[0]).setdefault("once", {})
    if name not in rendered:
        assert context.template is not None
        rendered[name] = context.template.engine.get_template(name).render(context)
    return cast(SafeString, rendered[name])
