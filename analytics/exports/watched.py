"""A large file on its way to the disk or back, which tells that it is still on its way.

An Excel file is packed after its last row, and a checksum reads all of it again: minutes in which no row passes.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Watched(io.FileIO):
    """Calls `tell` before each block that is read or written; what it raises ends the reading or writing."""

    def __init__(self, path: Path, mode: str, tell: Callable[[], None]) -> None:
        super().__init__(path, mode)
        self.tell_of_block = tell

    def readinto(self, block: Any, /) -> int:
        self.tell_of_block()
        return super().readinto(block)

    def write(self, block: Any, /) -> int:
        self.tell_of_block()
        return super().write(block)
