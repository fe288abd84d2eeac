"""Whether what the environment and .env say can be meant. `.env.example` shows a value of each setting: one of its kind
is expected, so that a slip of the pen is told by its name and not by a program that does not start."""

import re
from collections.abc import Mapping
from pathlib import Path

from config.launcher.configuration import ROOT, configured
from config.launcher.terminal import Refusal

KINDS = {
    "a whole number": (r"\d+", r"\d+"),
    "true or false": (r"true|false", r"true|on|ok|y|yes|1|false|off|n|no|0"),
    "an address of PostgreSQL": (r"postgres://.*", r"(postgres(ql)?|psql|pgsql)://.+"),
    "an address of Valkey or Redis": (r"redis://.*", r"(rediss?|unix)://.+"),
    "an address of ClickHouse": (r"http://user:.*", r"https?://.+"),
}  # kind: what the example looks like, what is taken


def check(given: Mapping[str, str] | None = None, examples: Path = ROOT / ".env.example") -> None:
    """Raises Refusal for the first setting whose value is of another kind than its example's."""
    values = configured() if given is None else given
    for name, example in re.findall(r"^#([A-Z_]+)=(\S+)$", examples.read_text(), re.MULTILINE):
        kind = next((kind for kind, (look, _) in KINDS.items() if re.fullmatch(look, example)), "")
        value = values.get(name, "").strip()
        if kind and value and not re.fullmatch(KINDS[kind][1], value, re.IGNORECASE):
            said = "" if "address" in kind else f" {value!r}:"  # an address may hold a password
            raise Refusal(f"{name} is{said} not {kind}. Write {name}={example}, for example.")
