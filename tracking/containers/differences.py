"""What two states of a container differ in, as lines that a person reads. Pure."""

import difflib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple


class Line(NamedTuple):
    kind: str  # "+" added, "-" taken away, " " unchanged, "@" a gap
    text: str


def text_of(content: dict[str, Any]) -> list[str]:
    """A revision's content, a line a fact."""
    return list(_lines(content))


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Line]:
    """Empty where nothing differs."""
    compared = difflib.unified_diff(text_of(before), text_of(after), lineterm="", n=3)
    return [Line(line[0], "" if line[0] == "@" else line[1:]) for line in list(compared)[2:]]


def _lines(content: dict[str, Any]) -> Iterator[str]:
    settings = content["rules"]
    yield f"environment: {content['environment']}"
    yield f"channel: {content['channel']}"
    for name in sorted(settings.keys() - {"events"}):
        yield f"{name}: {json.dumps(settings[name])}"
    for rule in settings["events"]:
        yield _rule(rule)
    for adaptor in content["adaptors"]:
        yield ""
        yield f"adaptor {adaptor['name']}" + (f", schema {adaptor['schema_id']}" if adaptor["schema_id"] else "")
        yield from (f"    {line}" for line in adaptor["code"].splitlines())


def _rule(rule: dict[str, Any]) -> str:
    """rule: click .buy on /shop/** sends event buy_clicked with plan = @data-plan"""
    pages = f" on {' '.join(rule['pages'])}" if rule["pages"] else ""
    pairs = ", ".join(f"{name} = {value}" for name, value in rule["properties"].items())
    what = " ".join(filter(None, [rule["on"], rule["selector"]]))
    return f"rule: {what}{pages} sends {rule['kind']} {rule['event']}" + (f" with {pairs}" if pairs else "")
