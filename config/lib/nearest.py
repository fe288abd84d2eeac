"""What somebody probably meant by a word that is none of those there are."""

from collections.abc import Iterable
from difflib import get_close_matches


def hint(word: str, choices: Iterable[str], shown: str = "{!r}") -> str:
    """` Did you mean 'visitors'?`, to put behind a sentence; '' where nothing is near."""
    near = get_close_matches(word, list(choices), 1)
    return f" Did you mean {shown.format(near[0])}?" if near else ""
