"""What each scenario sent, as a page to look at: `var/script-matrix/index.html`, written anew by every run.

A001 calls right after the tag belong to the same visit     session_start · page_view {…} · custom {…} …
"""

import json
import re
from html import escape
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "var" / "script-matrix"
NUMBERED = re.compile(r"test_((?:[A-I]\d{3}_)+)(.*)")
HEAD = """<!doctype html><meta charset="utf-8"><title>What the tracking script sent</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{font:15px/1.5 system-ui;margin:2rem auto;max-width:75rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td,th{border-top:1px solid #8884;padding:.5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
code{font-size:13px;overflow-wrap:anywhere}li{margin:.1rem 0}ol{margin:0;padding-left:1.5rem}
@media (max-width:40rem){thead{display:none}tr,td{display:block}td{padding:.25rem 0}td+td{border:0}}</style>
<h1>What the tracking script sent</h1>
<p>One row for each scenario of the browser tests, in the order of their numbers.</p>
<table><thead><tr><th>Number<th>Scenario<th>Events, as they left the browser</thead><tbody>
"""


def record(test: str, events: list[dict[str, Any]]) -> None:
    """Keeps what the scenario `test` (the name of its function, with its parameters) sent."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "_", test)[:150]
    (FOLDER / f"{name}.json").write_text(json.dumps({"test": test, "events": events}))


def write() -> None:
    kept = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]
    rows = sorted((*_numbered(each["test"]), each["events"]) for each in kept if _numbered(each["test"]))
    (FOLDER / "index.html").write_text(HEAD + "\n".join(_row(*row) for row in rows) + "\n</table>\n")


def _numbered(test: str) -> tuple[str, str]:
    """("A001", "calls right after …"); a scenario without a number stands at the end."""
    found = NUMBERED.match(test)
    number, rest = (found[1].replace("_", " ").strip(), found[2]) if found else ("–", test.removeprefix("test_"))
    return number, rest.replace("_", " ")


def _row(number: str, scenario: str, events: list[dict[str, Any]]) -> str:
    items = "".join(
        f"<li><b>{escape(str(event.get('event_type')))}</b> <code>{escape(json.dumps(event.get('properties')))}</code>"
        for event in events
    )
    return f"<tr><td>{escape(number)}<td>{escape(scenario)}<td><ol>{items or 'nothing'}</ol>"
