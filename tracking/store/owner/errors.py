"""Refusals in ClickHouse's words: a code for programs, an HTTP status, a sentence for people."""

import re

ABORTED, AUTHENTICATION_FAILED, NOT_IMPLEMENTED, SYNTAX_ERROR, TOO_BUSY, TOO_LARGE = 236, 516, 48, 62, 202, 307
DOUBTFUL, CANCELLED = 319, 394

# The statuses ClickHouse itself gives (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp); every other code is a 500.
_STATUS = {
    **dict.fromkeys((6, 26, 27, 36, 38, 41, 53, 62, 69, 70, 72, 73, 80, 115, 117, 128, 190, 386, 456, 457), 400),
    **dict.fromkeys((164, 291, 497, 516), 403),
    **dict.fromkeys((46, 47, 50, 56, 60, 81), 404),
    159: 408,
    **dict.fromkeys((131, 307), 413),
    NOT_IMPLEMENTED: 501,
    **dict.fromkeys((TOO_BUSY, ABORTED, 209, 439, 692), 503),
}
_CODE = re.compile(r"Code: (\d+)\. ")


class Refusal(Exception):
    """What the client gets instead of a result."""

    def __init__(self, code: int, name: str, sentence: str) -> None:
        super().__init__(f"Code: {code}. DB::Exception: {sentence} ({name})")
        self.code = code

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, 500)


class EngineError(Refusal):
    """An exception of the engine, passed on in its own words."""

    def __init__(self, error: Exception) -> None:
        text = str(error)
        found = _CODE.search(text)
        Exception.__init__(self, text[found.start() :] if found else f"Code: 1002. DB::Exception: {text}")
        self.code = int(found[1]) if found else 1002


def refuse_token() -> Refusal:
    return Refusal(
        AUTHENTICATION_FAILED,
        "AUTHENTICATION_FAILED",
        "The token is missing or wrong. Send it as the password in EVENT_STORE_URL.",
    )


def refuse_unsupported(sentence: str) -> Refusal:
    return Refusal(NOT_IMPLEMENTED, "NOT_IMPLEMENTED", sentence)


def refuse_doubtful(error: str) -> Refusal:
    """The rows are to be sent again."""
    return Refusal(DOUBTFUL, "UNKNOWN_STATUS_OF_INSERT", f"The rows may not be stored: {error}")


def refuse_size(what: str, maximum: int) -> Refusal:
    return Refusal(TOO_LARGE, "TOO_MANY_BYTES", f"{what} may have {maximum:,} bytes at most.")
