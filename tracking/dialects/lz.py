"""LZ-String's base64 form, which older scripts of PostHog send: a stream of 6-bit letters to text, within a limit.

The format in short: a dictionary coder of growing code width. Code 0 brings a new character of 8 bits, 1 one of 16,
2 ends the text; every other code is an entry of the dictionary, whose next entry is the last one and one character.
"""

import base64
import binascii

from config.lib.problems import Problem

NEW_BYTE, NEW_WIDE, END = 0, 1, 2


class _Bits:
    """The bits of the message, each number with its lowest bit first."""

    def __init__(self, message: bytes) -> None:
        # As digits: shifting a number of a million bits again and again would take minutes.
        self.digits, self.at = f"{int.from_bytes(message):0{len(message) * 8}b}" if message else "", 0

    def take(self, width: int) -> int:
        self.at += width
        if self.at > len(self.digits):
            raise _broken()
        return int(self.digits[self.at - width : self.at][::-1], 2)


def from_base64(written: str, at_most: int) -> str:
    """The text, of at most so many characters. Raises Problem 400 or 413."""
    plain = written.strip().replace(" ", "+").rstrip("=")
    try:
        message = base64.b64decode(plain + "A" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _broken() from None
    return "".join(_entries(_Words(message), at_most))


class _Words:
    """The dictionary as it grows, and the message it is read from."""

    def __init__(self, message: bytes) -> None:
        self.bits = _Bits(message)
        self.known: list[str] = ["", "", ""]
        self.width, self.until_wider = 3, 4

    def next_code(self) -> int:
        """A code of the dictionary; a new character becomes one. END at the end."""
        code = self.bits.take(self.width)
        if code not in (NEW_BYTE, NEW_WIDE):
            return code
        self.learn(chr(self.bits.take(8 if code == NEW_BYTE else 16)))
        return len(self.known) - 1

    def learn(self, entry: str) -> None:
        self.known.append(entry)
        self.until_wider -= 1
        if not self.until_wider:
            self.until_wider = 1 << self.width
            self.width += 1


def _entries(words: _Words, at_most: int) -> list[str]:
    words.width = 2
    code = words.bits.take(2)
    if code == END:
        return []
    first = chr(words.bits.take(8 if code == NEW_BYTE else 16))
    words.known.append(first)
    words.width, found, last, length = 3, [first], first, 1
    while (code := words.next_code()) != END:
        if code > len(words.known):
            raise _broken()
        entry = words.known[code] if code < len(words.known) else last + last[0]
        found.append(entry)
        length += len(entry)
        if length > at_most:
            raise Problem(413, "body_too_large", f"Unpacked, a body may have {at_most} characters.")
        words.learn(last + entry[0])
        last = entry
    return found


def _broken() -> Problem:
    return Problem(400, "lz", "The body is not LZ-String's base64, though `compression` says so.")
