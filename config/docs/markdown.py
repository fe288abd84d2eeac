"""Markdown as HTML that may stand in a page, with its headings."""

from dataclasses import dataclass
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from config.docs.contents import source
from config.docs.tables import filled

# `class` on code blocks names the language; ids make headings linkable.
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "code": {"class"}, "h2": {"id"}, "h3": {"id"}}


@dataclass(frozen=True)
class Part:
    """What stands below one heading of a page, without markup; the first part has no anchor."""

    anchor: str
    heading: str
    level: int
    text: str


@dataclass(frozen=True)
class Page:
    slug: str
    title: str
    html: str
    parts: tuple[Part, ...]


@cache
def load(slug: str) -> Page:
    text = filled(source(slug).read_text())
    html, parts = render(text)
    return Page(slug, parts[0].heading, html, parts)


def render(text: str) -> tuple[str, tuple[Part, ...]]:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    parts = tuple(_part(*each) for each in _split(tokens))
    return nh3.clean(markdown.renderer.render(tokens, markdown.options, {}), attributes=ATTRIBUTES), parts


def _split(tokens: list[Token]) -> list[tuple[Token, Token, list[str]]]:
    """(opening of the heading, its words, texts below it), in the order of the page; gives the openings their ids."""
    found: list[tuple[Token, Token, list[str]]] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following:
            found.append((token, following, []))
            if token.tag in ("h2", "h3"):
                token.attrSet("id", _anchor(following.content))
        elif found and token.type in ("inline", "fence") and token is not found[-1][1]:
            found[-1][2].append(_plain(token))
    return found


def _part(opening: Token, words: Token, texts: list[str]) -> Part:
    return Part(str(opening.attrs.get("id", "")), _plain(words), int(opening.tag[1]), " ".join(texts))


def _anchor(heading: str) -> str:
    return "-".join(heading.lower().replace("`", "").split())


def _plain(token: Token) -> str:
    if not token.children:
        return " ".join(token.content.split())
    return " ".join("".join(each.content or " " * (each.type == "softbreak") for each in token.children).split())
