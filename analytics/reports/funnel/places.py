"""Where the parts of a fold's state stand in its tuple. Whatever the order of the steps, its results stand the same:

…, b for each level, d for each level, left_out[, g for each level]
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    count: int  # steps
    before: int  # what the fold keeps for itself stands in front

    def s(self, level: int) -> int:
        """When the latest attempt on this level began (steps in order only)."""
        return level

    def b(self, level: int) -> int:
        """When the attempt that reached the level first had begun, ms; 0: never reached."""
        return self.before + level

    def d(self, level: int) -> int:
        """How long that took, ms."""
        return self.before + self.count + level

    @property
    def left_out(self) -> int:
        return self.before + 2 * self.count + 1

    def g(self, level: int) -> int:
        """The rank of the value that counts for the attempt that reached the level first."""
        return self.left_out + level

    def v(self, level: int) -> int:
        """The same of the latest attempt on this level (steps in order only)."""
        return self.left_out + self.count + level


def columns(places: Places, broken_down: bool, folded: str = "r") -> dict[str, str]:
    """name → SQL: level, began (ms, of the attempt that went furthest), took_2 …, value (its rank)."""
    levels = range(1, places.count + 1)
    reached = " + ".join(f"({folded}.{places.b(level)} > 0)" for level in levels)
    found = {"level": f"toUInt8({reached})"}
    found["began"] = f"[{', '.join(f'{folded}.{places.b(level)}' for level in levels)}][greatest(level, 1)]"
    found |= {f"took_{level}": f"{folded}.{places.d(level)}" for level in levels if level > 1}
    if broken_down:
        found["value"] = f"[{', '.join(f'{folded}.{places.g(level)}' for level in levels)}][greatest(level, 1)]"
    return found
