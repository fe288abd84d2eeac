"""Stripe's form encoding: `items[0][price]=x` ↔ {"items": [{"price": "x"}]}."""

import re
from typing import Any
from urllib.parse import parse_qsl

PART = re.compile(r"[^\[\]]+|\[\]")


def parse(text: str) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        _put(tree, PART.findall(name), value)
    return {name: _lists(value) for name, value in tree.items()}


def _put(tree: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part, {})
    last = str(len(tree)) if parts[-1] == "[]" else parts[-1]
    tree[last] = value


def _lists(value: Any) -> Any:
    """A dictionary whose names are 0, 1, 2 … was a list."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(each) for name, each in value.items()}
