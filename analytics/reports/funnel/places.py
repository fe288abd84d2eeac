"""Where the parts of a fold's state stand in its tuple. Whatever the order of the steps, its results stand the same:

…, for each level (began, took[, value]), left_out[, v for each level]
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    count: int  # steps
    before: int  # what the fold keeps for itself stands in front

    def s(self, level: int) -> int:
        """When the latest attempt on this level began (steps in order only)."""
        return level

    def first(self, level: int) -> int:
        """The attempt that reached the level first: when it had begun, ms (0: never reached), how long that took, ms,
        and the rank of the value that counts for it. One tuple, so that what makes it the first is said once: what a
        funnel of a small workspace costs is its text, not its rows."""
        return self.before + level

    @property
    def left_out(self) -> int:
        return self.before + self.count + 1

    def v(self, level: int) -> int:
        """The rank of the value of the latest attempt on this level (steps in order only)."""
        return self.left_out + level


def columns(places: Places, broken_down: bool, folded: str = "r") -> dict[str, str]:
    """name → SQL: level, began (ms, of the attempt that went furthest), took_2 …, value (its rank)."""
    levels = range(1, places.count + 1)
    reached = " + ".join(f"({folded}.{places.first(level)}.1 > 0)" for level in levels)
    furthest = f"[{', '.join(f'{folded}.{places.first(level)}' for level in levels)}][greatest(level, 1)]"
    found = {"level": f"toUInt8({reached})", "began": f"({furthest} AS furthest).1"}
    found |= {f"took_{level}": f"{folded}.{places.first(level)}.2" for level in levels if level > 1}
    return found | ({"value": "furthest.3"} if broken_down else {})


def new(places: Places, level: int, hit: str, began: str, value: str) -> str:
    """The attempt that an event made the first on its level, or the one there was."""
    made = f"({began}, e.1 - {began}{f', {value}' if value else ''})"
    known = f"acc.{places.first(level)}"
    return f"if({known}.1 = 0 AND {hit}, {made}, {known})"


def nothing(broken_down: bool) -> str:
    return f"(toInt64(0), toInt64(0){', toUInt32(0)' if broken_down else ''})"
