"""`{% metricpal %}`: the tags that load the tracking script, for the head of a base template."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe

from ..configuration import Configuration, configuration  # noqa: TID252  (here it is not installed under its name)

register = template.Library()

# Keeps calls that the page makes before the script is there; the script makes them when it comes.
STUB = (
    "(function(w){if(w.MetricPal)return;var m=w.MetricPal={q:[]};"
    "'trackEvent goal identify addSharedProperty page reset optOut optIn endSession'.split(' ').forEach(function(n){"
    "m[n]=function(){m.q.push([n,[].slice.call(arguments),Date.now()]);return null}})})(window)"
)
IDENTIFY = "MetricPal.identify({})"


@register.simple_tag(takes_context=True)
def metricpal(context: template.Context, **options: Any) -> SafeString:
    """The script's tag, with `options` over those of the setting; nothing where METRICPAL is not configured."""
    read = configuration()
    if read is None:
        return SafeString("")
    request = context.get("request")
    secret = getattr(request, "csp_nonce", None)
    nonce = {"nonce": str(secret)} if secret else {}
    parts = [_inline(STUB, nonce), _script(read, {**read.options, **options}, nonce)]
    if read.identify:
        parts += _identify(context, request, nonce)
    return mark_safe("\n".join(parts))


def _script(read: Configuration, options: dict[str, Any], nonce: dict[str, str]) -> str:
    path = f"tag/{read.container}.js" if read.container else "trackingscript.js"
    key = {"data-apikey": read.key} if read.key else {}
    # A path of one's own site: events take the same way as the script.
    api = {"data-api": read.url} if read.url.startswith("/") else {}
    about = {f"data-{name.replace('_', '-')}": _written(value) for name, value in options.items()}
    return format_html(
        "<script async{}></script>", _attributes({"src": f"{read.url}/{path}", **key, **api, **about, **nonce})
    )


def _identify(context: template.Context, request: Any, nonce: dict[str, str]) -> list[str]:
    user = context.get("user") or getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [_inline(IDENTIFY.format(_literal(str(user.pk))), nonce)]


def _inline(code: str, nonce: dict[str, str]) -> str:
    return format_html("<script{}>{}</script>", _attributes(nonce), mark_safe(code))


def _attributes(given: dict[str, str]) -> str:
    return format_html_join("", ' {}="{}"', given.items())


def _literal(text: str) -> str:
    """A text as JavaScript, safe inside an element."""
    element = json_script(text)  # Django's own escaping of <, > and &
    return element[element.index(">") + 1 : element.rindex("<")]


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
