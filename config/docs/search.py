"""Finds the parts of pages in which all words of a question stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from config.docs.contents import CONTENTS
from config.docs.markdown import Page, Part, load

MOST = 30
AROUND = 70  # characters shown on either side of the first word


@dataclass(frozen=True)
class Hit:
    slug: str
    title: str
    part: Part
    before: str
    word: str
    after: str


def find(question: str) -> list[Hit]:
    """What has the words in its heading comes first, then the order of the contents."""
    words = question.lower().split()[:10]
    found = sorted(_matches(words), key=lambda each: each[0]) if words else []
    return [_hit(page, part, words[0]) for _, page, part in found[:MOST]]


def _matches(words: list[str]) -> Iterator[tuple[int, Page, Part]]:
    """(rank, page, part). Without the changelog, which tells no more than the pages do."""
    for page in (load(slug) for slug in CONTENTS if slug != "changelog"):
        for part in page.parts:
            has_all = all(word in f"{page.title} {part.heading} {part.text}".lower() for word in words)
            if has_all and (rank := _rank(part, words)):
                yield rank, page, part


def _rank(part: Part, words: list[str]) -> int:
    """1 for a title, 2 for a heading, 3 for the text; 0 where all words stand in the page's title alone."""
    heading, text = part.heading.lower(), part.text.lower()
    if all(word in heading for word in words):
        return 1 if part.level == 1 else 2
    return 3 if any(word in heading or word in text for word in words) else 0


def _hit(page: Page, part: Part, word: str) -> Hit:
    at = max(part.text.lower().find(word), 0)
    shown = part.text[at : at + len(word)]
    is_there = shown.lower() == word
    start = max(at - AROUND, 0)
    before = ("… " if start else "") + re.sub(r"^\S*\s", "", part.text[start:at]) if start else part.text[:at]
    after = part.text[at + len(word) * is_there : at + 2 * AROUND]
    return Hit(page.slug, page.title, part, before, shown if is_there else "", after)
