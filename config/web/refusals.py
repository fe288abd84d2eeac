"""Refusals of requests that no view sees: problem documents like all others, and never a 5xx for a sender's mistake."""

from gunicorn.http import errors

from config.lib.problems import Problem
from config.web import replies
from tracking import direct

LATE = Problem(408, "too_slow", "The request did not come whole in time. Send it again.", headers={"Retry-After": "1"})
BUSY = Problem(503, "busy", "Too many long requests are coming. Send it again.", headers={"Retry-After": "5"})
# What gunicorn says of bytes that are no HTTP; the first that fits counts.
SAID: list[tuple[type[Exception] | tuple[type[Exception], ...], int, str, str]] = [
    (errors.LimitRequestLine, 414, "uri_too_long", "The address is too long. Send the event in the body."),
    (
        errors.LimitRequestHeaders,
        431,
        "head_too_large",
        "Send at most 100 header fields of 16,380 bytes each.",
    ),
    (errors.UnsupportedTransferCoding, 400, "transfer_encoding", "Send Content-Length and no Transfer-Encoding."),
    (errors.ExpectationFailed, 417, "expectation", "Send Expect: 100-continue or no Expect at all."),
    (errors.InvalidHTTPVersion, 400, "http_version", "Send HTTP/1.1"),
    (errors.InvalidRequestMethod, 400, "method", "Send a method in capitals, as POST."),
    (
        (errors.InvalidHeader, errors.InvalidHeaderName, errors.ObsoleteFolding),
        400,
        "header",
        "Send each header field once, in one line, and one Content-Length that is a number.",
    ),
    (
        (errors.InvalidChunkSize, errors.ChunkMissingTerminator, errors.InvalidChunkExtension),
        400,
        "chunk",
        "The chunks of the body cannot be read. Send Content-Length.",
    ),
    (errors.ParseException, 400, "http", "This is not HTTP/1.1. Send one request line, header fields and a body."),
]


def of(error: Exception) -> Problem | None:
    """None for what is no sender's mistake."""
    if isinstance(error, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName | errors.ConfigurationProblem):
        return None
    for kinds, status, code, detail in SAID:
        if isinstance(error, kinds):
            return Problem(status, code, detail)
    return None


def written(problem: Problem) -> bytes:
    """The whole answer, after which the connection ends."""
    return replies.written(direct.refused(problem), stays=False)
