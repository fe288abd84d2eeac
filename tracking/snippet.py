"""How a website gets the tracking script: the text to paste, for each platform."""

import json
import shlex
from collections.abc import Callable

from django.utils.html import escape

from tracking import script_builds

HTML = """\
<script>{stub}</script>
<script async src="{src}" data-apikey="{key}"></script>
"""
DJANGO = """\
{{# templates/base.html, inside <head> #}}
{tags}\
{{% if user.is_authenticated %}}<script>MetricPal.identify("user-{{{{ user.pk }}}}")</script>{{% endif %}}
"""
REACT = """\
// hooks/useMetricPal.js: call it once near the root; it is safe to render again.
import {{ useCallback, useEffect }} from "react";

export function useMetricPal() {{
  useEffect(() => {{
    if (document.getElementById("metricpal")) return;
    const script = document.createElement("script");
    script.id = "metricpal";
    script.src = {src};
    script.dataset.apikey = {key};
    document.head.appendChild(script);
  }}, []);

  const trackEvent = useCallback((name, properties) => window.MetricPal?.trackEvent(name, properties), []);
  return {{ trackEvent }};
}}
"""
WORDPRESS = """\
<?php
/**
 * Plugin Name: MetricPal
 * Description: Counts the visits to this site. Save this file as wp-content/mu-plugins/metricpal.php.
 */
if (!defined('ABSPATH')) {{
    exit;
}}
add_action('wp_head', function () {{
    if (current_user_can('edit_posts')) {{
        return; // who writes here is no visitor
    }}
    wp_print_inline_script_tag({stub});
    wp_print_script_tag(array('async' => true, 'src' => {src}, 'data-apikey' => {key}));
}}, 1);
"""
# Tag Manager leaves out attributes it does not know when it puts a script into the page, and reads ES5 alone.
GTM = """\
<script>
{stub}
(function () {{
  var script = document.createElement('script');
  script.async = true;
  script.src = {src};
  script.setAttribute('data-apikey', {key});
  document.head.appendChild(script);
}})();
</script>
"""


def snippet(workspace_key: str, origin: str, platform: str) -> str:
    """The text to paste for one of PLATFORMS, e.g. snippet("mp_live_…", "https://metrics.example.com", "html").

    Plain text: escaped for where it will be pasted, not for the page that shows it.
    """
    return PLATFORMS[platform](workspace_key, origin.rstrip("/"))


def _html(key: str, origin: str) -> str:
    return HTML.format(stub=_stub(), src=escape(f"{origin}/trackingscript.js"), key=escape(key))


def _django(key: str, origin: str) -> str:
    return DJANGO.format(tags=_html(key, origin))


def _react(key: str, origin: str) -> str:
    return REACT.format(src=json.dumps(f"{origin}/trackingscript.js"), key=json.dumps(key))


def _curl(key: str, origin: str) -> str:
    page_view = {"event_type": "page_view", "visitor_id": "visitor-1", "url": "https://www.example.com/"}
    words = [
        ["curl", f"{origin}/api/v1/collect"],
        ["-H", f"X-API-Key: {key}"],
        ["-H", "Content-Type: application/json"],
        ["-d", json.dumps({"events": [page_view]})],
    ]
    return " \\\n  ".join(map(shlex.join, words)) + "\n"


def _wordpress(key: str, origin: str) -> str:
    return WORDPRESS.format(stub=_php(_stub()), src=_php(f"{origin}/trackingscript.js"), key=_php(key))


def _gtm(key: str, origin: str) -> str:
    return GTM.format(stub=_stub(), src=_within_html(f"{origin}/trackingscript.js"), key=_within_html(key))


PLATFORMS: dict[str, Callable[[str, str], str]] = {
    "html": _html,
    "react": _react,
    "django": _django,
    "wordpress": _wordpress,
    "gtm": _gtm,
    "curl": _curl,
}


def of_container(public_id: str, origin: str) -> str:
    """The tag of a container: all else it knows by itself."""
    return f'<script async src="{escape(f"{origin}/tag/{public_id}.js")}"></script>\n'


def _php(text: str) -> str:
    """A text as PHP writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _within_html(text: str) -> str:
    """A text as JavaScript inside an element."""
    return json.dumps(text).replace("<", "\\u003c")


def _stub() -> str:
    """Empty where the script is not built: the tag works without, only calls before it loads are lost."""
    build = script_builds.installed()
    return build.body(script_builds.STUB).strip() if build else ""
