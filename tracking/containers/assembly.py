"""One file of a container: settings, tracking script, rules and adaptors. Pure: the same parts give the same bytes.

    (function () {
      function boot() {
        MetricPalConfig = settings; …script…; MetricPalConfig as it was
        container.run({rules}, [[{name}, function (track, mp, on) { …adaptor… }], …])
      }
      boot(), or container.gate(boot) where the visitor is asked first
    })()

The browser parses it like any other script: no eval and no `new Function`, so a page's policy needs our host alone.
"""

import json
from typing import Any

from tracking.containers import rules
from tracking.script_builds import INERT, RUNTIME, SCRIPT, Build

TEMPLATE = """\
/* MetricPal container {label}, script {version} */
(function(){{
var container={{}},running=window.MetricPal&&window.MetricPal.v?window.MetricPal:null;
{runtime}
function boot(options){{
var given=window.MetricPalConfig;
window.MetricPalConfig=Object.assign({settings},given,options);
try{{
{script}
}}finally{{if(given===undefined)delete window.MetricPalConfig;else window.MetricPalConfig=given}}
container.run(window,running,{about},[{adaptors}]);
}}
{start}
}})();
"""
AT_ONCE, AFTER_CONSENT = "boot();", "container.gate(window,document.currentScript,boot);"
ADAPTOR = """[{about},function(track,mp,on){{
{code}
}}]"""


def assemble(public_id: str, label: str, key: str, content: dict[str, Any], build: Build) -> str:
    """`content` is that of a revision, `key` the text of a publishable key, `label` what the first line says."""
    settings = {"apikey": key} | rules.script_options(content["rules"])
    return TEMPLATE.format(
        label=label,
        version=build.version,
        settings=_literal(settings),
        script=build.body(SCRIPT).strip(),
        runtime=build.body(RUNTIME).strip(),
        about=_literal({"id": public_id, "key": key, "events": content["rules"]["events"]}),
        start=AFTER_CONSENT if content["rules"]["consent"] == "pending" else AT_ONCE,
        adaptors=",\n".join(map(_adaptor, content["adaptors"])),
    )


def inert(label: str, build: Build) -> str:
    """A script that answers every call of a page and does nothing."""
    return f"/* MetricPal container {label} */\n{build.body(INERT).strip()}\n"


def _adaptor(each: dict[str, Any]) -> str:
    about = {"name": each["name"], "schema": each["schema_id"]}
    return ADAPTOR.format(about=_literal(about), code=each["code"])


def _literal(value: Any) -> str:
    """JSON that is safe in a script wherever it stands: ASCII, and nothing that could end an element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
