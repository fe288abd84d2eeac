"""One entry of a menu: a link to the page as it would be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    label: str
    href: str
    current: bool = False
    key: str = ""  # the key that presses it
