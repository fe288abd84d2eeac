"""Notes of what was done to which inputs, so that a second start has nothing to do."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(paths: Iterable[Path]) -> str:
    """Of names and contents, in a fixed order."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def is_done(note: Path, inputs: str) -> bool:
    return note.exists() and note.read_text() == inputs


def mark_done(note: Path, inputs: str) -> None:
    note.write_text(inputs)
