"""What paths ask. In the URL:

?of=pages&start=/pricing&steps=5&top=6&group=/docs/*&group=/blog/*&skip=/login
?of=events&end=purchase
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.http import QueryDict

from analytics.query.given import list_of, number_of, text_of
from analytics.query.model import QueryError
from analytics.query.saved import NOTHING_SAVED, Saved
from analytics.query.words import known

OF = {"pages": "pages", "events": "events"}
MAX_STEPS, MAX_TOP, MAX_PATTERNS, MAX_LENGTH = 10, 12, 20, 500
FIELDS = ("of", "start", "end", "steps", "top", "group", "skip")


@dataclass(frozen=True)
class Paths:
    of: Literal["pages", "events"] = "pages"
    start: str = ""  # begin where this came first; empty: where the visit began
    end: str = ""  # instead: the steps that led to where this came first
    steps: int = 5
    top: int = 6  # nodes in each step; the others are one
    group: tuple[str, ...] = ()  # /docs/*: all that fit are one
    skip: tuple[str, ...] = ()  # left out, as if nobody had been there

    @property
    def parameters(self) -> list[tuple[str, str]]:
        usual = Paths()
        words = ("of", "start", "end", "steps", "top")
        pairs = [(n, str(getattr(self, n))) for n in words if getattr(self, n) != getattr(usual, n)]
        return pairs + [("group", each) for each in self.group] + [("skip", each) for each in self.skip]


def from_params(params: QueryDict, saved: Saved = NOTHING_SAVED) -> Paths:
    words = {name: params.get(name, "") for name in FIELDS[:5]}
    return _paths(words, params.getlist("group"), params.getlist("skip"))


def from_json(data: Mapping[str, Any], saved: Saved = NOTHING_SAVED) -> Paths:
    """{"of": "pages", "start": "/pricing", "steps": 5, "group": ["/docs/*"], "skip": ["/login"]}"""
    words = {name: text_of(data, name) for name in ("of", "start", "end")}
    words |= {name: number_of(data, name) for name in ("steps", "top")}
    group, skip = (list_of(data, name) for name in ("group", "skip"))
    if not all(isinstance(each, str) for each in (*group, *skip)):
        raise QueryError('group and skip are lists of text: "group": ["/docs/*"].', "group")
    return _paths(words, group, skip)


def like(pattern: str) -> str:
    """`/docs/*` as the engine's LIKE writes it."""
    return re.sub(r"([\\%_])", r"\\\1", pattern).replace("*", "%")


def _paths(words: Mapping[str, str], group: list[Any], skip: list[Any]) -> Paths:
    usual = Paths()
    if words["start"] and words["end"]:
        raise QueryError("Ask from `start` or towards `end`, not both.", "end")
    patterns = [
        tuple(dict.fromkeys(str(each).strip() for each in given if str(each).strip())) for given in (group, skip)
    ]
    if any(len(each) > MAX_PATTERNS for each in patterns):
        raise QueryError(f"At most {MAX_PATTERNS} patterns.", "group")
    texts = [words["start"], words["end"], *patterns[0], *patterns[1]]
    if any(len(text) > MAX_LENGTH for text in texts):
        raise QueryError(f"A page or pattern has at most {MAX_LENGTH} characters.", "start")
    return Paths(
        of=cast(Any, known("kind of step", words["of"] or usual.of, OF, "of")),
        start=words["start"],
        end=words["end"],
        steps=_number(words["steps"], "steps", 2, MAX_STEPS, usual.steps),
        top=_number(words["top"], "top", 1, MAX_TOP, usual.top),
        group=patterns[0],
        skip=patterns[1],
    )


def _number(text: str, field: str, least: int, most: int, usual: int) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and least <= int(text) <= most):
        raise QueryError(f"{field} is a whole number from {least} to {most}.", field)
    return int(text)
