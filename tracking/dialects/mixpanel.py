"""Mixpanel's ingestion API: /track and /import for events, /engage for what is so of people, /groups of accounts.

Follows "Track Events", "Import Events", "User Profiles" and "Group Profiles" of Mixpanel's documentation. The project's
token stands in the events, or is the user name of Basic authentication. /track and its like answer 1 or 0, or with
`verbose` {"status": 1, "error": null}; /import answers how many records it took, and which failed.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from config.lib.problems import Problem
from tracking import other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.mixpanel_events import event, group, profile
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.verdicts import Receipt

TOOL = other_keys.Tool.MIXPANEL
FAILED = "some data points in the request failed validation"
FIELDS = {"timestamp": "time"}  # ours that they call otherwise


def of_track(sent: Sent) -> VendorDialect:
    return VERBOSE_TRACK if _is_verbose(sent) else TRACK


def of_engage(sent: Sent) -> VendorDialect:
    return VERBOSE_ENGAGE if _is_verbose(sent) else ENGAGE


def of_groups(sent: Sent) -> VendorDialect:
    return VERBOSE_GROUPS if _is_verbose(sent) else GROUPS


def of_import(sent: Sent) -> VendorDialect:
    """Older SDKs send a form there and read the answer of /track."""
    return VERBOSE_TRACK if _is_form(sent) else IMPORT


def parse(into: Callable[[Any], Any], sent: Sent) -> payloads.Payload:
    text = _text(sent)
    written = fields.one_or_many(text)
    first = fields.mapping(written[0]) if written else {}
    library = fields.mapping(first.get("properties")).get("mp_lib")
    return payloads.of(
        {"api_key": other_keys.name(TOOL, _token(written) or _account(sent)) or None},
        [into(each) for each in written],
        text,
        is_from_server=fields.is_server(sent.environ, library),
    )


def answer(receipt: Receipt) -> Answer:
    return Answer(200, b"0" if refused(receipt) else b"1")


def answer_verbosely(receipt: Receipt) -> Answer:
    rejected = refused(receipt)
    return json_answer(200, {"status": 0 if rejected else 1, "error": rejected[0]["message"] if rejected else None})


def answer_import(receipt: Receipt) -> Answer:
    rejected, taken = [each for each in receipt.results if each.status == "rejected"], receipt.accepted
    if not rejected:
        return json_answer(200, {"code": 200, "num_records_imported": taken + receipt.duplicates, "status": "OK"})
    failed = [
        {"index": each.i, "insert_id": each.id or "", "field": _field(each.pointer), "message": each.detail}
        for each in rejected
    ]
    said = {"code": 400, "num_records_imported": taken + receipt.duplicates, "status": "Bad Request", "error": FAILED}
    return json_answer(400, said | {"failed_records": failed})


def refusal(problem: Problem) -> Answer:
    return Answer(problem.status, b"0")


def refuse_verbosely(problem: Problem) -> Answer:
    return json_answer(problem.status, {"status": 0, "error": problem.detail})


def refuse_import(problem: Problem) -> Answer:
    return json_answer(problem.status, {"code": problem.status, "error": problem.detail, "status": "Bad Request"})


def _field(pointer: Any) -> str:
    name = pointer.strip("/").partition("/")[0] if isinstance(pointer, str) else ""
    return f"properties.{FIELDS.get(name, name)}" if name else ""


def _is_form(sent: Sent) -> bool:
    return sent.body.startswith((b"data=", b"verbose=")) or b"&data=" in sent.body[:2000]


def _is_verbose(sent: Sent) -> bool:
    """JSON bodies are answered in JSON, as newer SDKs expect."""
    said = sent.query.get("verbose") or (fields.form(sent.body).get("verbose") if _is_form(sent) else None)
    return said == "1" or bool(sent.body) and not _is_form(sent)


def _text(sent: Sent) -> bytes:
    """The JSON: of the body, of the form's or the address' `data` (which may be base64), or a line for each event."""
    if sent.body and not _is_form(sent):
        body = fields.unpacked(sent.body)
        is_lines = "ndjson" in sent.environ.get("CONTENT_TYPE", "")
        return b"[%s]" % b",".join(filter(None, map(bytes.strip, body.splitlines()))) if is_lines else body
    data = fields.form(sent.body).get("data", "") if sent.body else sent.query.get("data", "")
    return data.encode() if data.lstrip()[:1] in ("{", "[", "") else fields.from_base64(data)


def _account(sent: Sent) -> str:
    """Who authenticates: a project by its token, or a service account, which names the project by its number."""
    user = fields.basic_user(sent.environ)
    return sent.query.get("project_id") or user if user else ""


def _token(written: list[Any]) -> str:
    """The project's token, which every event repeats. Raises Problem 400 for different ones."""
    found = set()
    for each in map(fields.mapping, written):
        token = each.get("$token") or fields.mapping(each.get("properties")).get("token")
        if isinstance(token, str) and token:
            found.add(token)
    if len(found) > 1:
        raise Problem(400, "ambiguous_key", "Send the events of one project at a time.")
    return found.pop() if found else ""


def _dialects(into: Callable[[Any], Any]) -> tuple[VendorDialect, VendorDialect]:
    """(the terse one, the verbose one)."""
    shared: dict[str, Any] = {
        "methods": ("GET", "POST"),
        "with_cookies": True,  # its script's requests always go with them
    }
    of_these = partial(parse, into)
    terse = VendorDialect(of_these, answer, refusal=refusal, **shared)
    return terse, VendorDialect(of_these, answer_verbosely, refusal=refuse_verbosely, **shared)


TRACK, VERBOSE_TRACK = _dialects(event)
ENGAGE, VERBOSE_ENGAGE = _dialects(profile)
GROUPS, VERBOSE_GROUPS = _dialects(group)
IMPORT = VendorDialect(partial(parse, event), answer_import, refusal=refuse_import)
