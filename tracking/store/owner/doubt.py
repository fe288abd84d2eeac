"""Whether an insert that met no error by its own account may have failed all the same: by the engine's list of errors.

    before ─► insert ─► error_since        what the list says now and did not say before, if it may be of the insert

The list is the whole engine's. Each look costs a twentieth of an insert, so the look behind one insert serves as the
one before the next when that follows at once, as visits follow their events. Longer it does not: errors of questions
in between would be taken for the insert's.
"""

import json
import time
from typing import Any

# Errors of writing: no room, no memory, too many parts, files that cannot be made, an unknown failure. Not those that
# questions meet: whoever asks wrongly all day would otherwise keep every insert in doubt.
_OF_WRITING = frozenset({
    24, 40, 49, 71, 74, 75, 76, 77, 83, 87, 88, 107, 172, 173, 204, 226, 241, 243, 246, 252, 275, 294, 362, 425, 439,
    586, 641, 734, 777, 778, 1000, 1001, 1002,
})  # fmt: skip
_OWN_LIMIT = "Query memory limit exceeded"
# No condition and no order: the engine takes as long to think about those as to answer.
_LIST = "SELECT last_error_time, code, value, last_error_message, remote FROM system.errors"
LASTS_S = 0.1
Errors = dict[int, tuple[int, str]]  # by code: how many, and the newest's words; the newest code first


class Doubt:
    """One for an engine. For any thread."""

    def __init__(self) -> None:
        self._last: tuple[float, Errors] = (float("-inf"), {})

    def before(self, connection: Any) -> Errors:
        """The errors of writing that the engine has met since it was opened, whoever met them, up to a moment ago."""
        looked_s, found = self._last
        return found if time.monotonic() - looked_s <= LASTS_S else self._look(connection)

    def error_since(self, connection: Any, before: Errors) -> str | None:
        """The newest error of writing that may be of a statement without limits of its own, in the engine's words.

        A question that goes past its own memory has the code that an insert without room gets, too; only the words
        tell them apart, and of each code the engine keeps the newest's. So one such question is known for what it is,
        and beside two the first stays unknown.
        """
        for code, (count, message) in self._look(connection).items():
            new = count - before.get(code, (0, ""))[0]
            if new > 1 or (new == 1 and not message.startswith(_OWN_LIMIT)):
                return message
        return None

    def _look(self, connection: Any) -> Errors:
        looked_s = time.monotonic()
        listed = json.loads(connection.query(_LIST, "JSONCompact").bytes())["data"]
        of_writing = [row for row in sorted(listed, reverse=True) if row[1] in _OF_WRITING and not row[4]]
        found = {code: (int(count), message.strip()) for _, code, count, message, _ in of_writing}
        self._last = (looked_s, found)
        return found
