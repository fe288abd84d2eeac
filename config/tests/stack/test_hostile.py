"""P13: a hundred thousand requests at the public addresses, what the document allows and what nobody does.

No 5xx, no page for people, nobody waits for long, and the web process does not grow.
"""

import base64
import gzip
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import TypeVar

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from config.rig import cost
from config.rig.stack import Stack, Tenant

DESCRIBED, OTHER_TOOLS = 80_000, 20_000  # cases
PART = 1000  # of one strategy, one after the other; each is remembered until then, lest it come twice
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
LONGEST_SECONDS, MOST_GROWN_MB = 2, 50
TRIES = 3  # on a machine that is busy with others any request may take long, but not the same one each time
WAITED_SECONDS = 30  # for an answer, before the test gives up
# Of the tools whose addresses they are, so that more than a first look is taken at a body.
NAMES = (
    "event", "events", "type", "name", "properties", "distinct_id", "$distinct_id", "batch", "api_key", "token",
    "writeKey", "userId", "anonymousId", "traits", "context", "timestamp", "messageId", "user_id", "device_id",
    "event_type", "event_properties", "user_properties", "time", "$set", "$token", "domain", "url", "payload",
    "website", "client_id", "params", "requests", "idsite", "identification", "data", "sent_at", "previousId",
)  # fmt: skip
ADDRESSES = (
    "/v1/batch", "/v1/track", "/v1/identify", "/v1/page", "/v1/screen", "/v1/group", "/v1/alias", "/batch/",
    "/capture/", "/e/", "/2/httpapi", "/identify", "/groupidentify", "/track", "/import", "/engage", "/groups",
    "/api/event", "/api/send", "/api/batch", "/matomo.php", "/mp/collect",
)  # fmt: skip
KEY = "the key"  # becomes one before it is sent
KEYS = [(name, KEY) for name in ("api_key", "token", "writeKey", "$token")]
KINDS = ("application/json", "text/plain", "application/x-www-form-urlencoded", "", "application/xml")
Answer = TypeVar("Answer")
pytestmark = [pytest.mark.faults, pytest.mark.timeout(7200)]


def _all_of(total: int) -> settings:
    """As found: what breaks is not made smaller, which would be told apart from a busy machine by luck."""
    return settings(
        max_examples=total,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def in_time(ask: Callable[[], Answer]) -> Answer:
    for _ in range(TRIES):
        began = time.monotonic()
        answer = ask()
        if time.monotonic() - began < LONGEST_SECONDS:
            return answer
    raise AssertionError(f"more than {LONGEST_SECONDS} seconds, {TRIES} times")


@contextmanager
def no_growth(stack: Stack) -> Iterator[None]:
    """The web processes are no larger afterwards, but for what their caches may hold."""
    before = cost.memory_mb(stack.pid("web"))
    yield
    after = cost.memory_mb(stack.pid("web"))
    print(f"web: {before:.0f} MB, afterwards {after:.0f} MB")
    assert after - before < MOST_GROWN_MB


def test_whatever_the_document_allows_or_forbids_gets_an_answer_that_it_describes(stack: Stack) -> None:
    tenant = stack.tenant(f"hostile {uuid.uuid4().hex[:6]}")
    for _ in range(10):  # each worker makes the document once, and keeps what that takes
        document = schemathesis.openapi.from_url(f"{stack.url}/api/schema/")
    operations = [each.ok() for each in document.get_all_operations()]
    doors = [each for each in operations if "Sending events" in (each.tags or []) and each.method == "post"]
    doors += [each for each in operations if each.path.endswith("pixel.gif")]
    assert len(doors) > 6
    turns = cycle([(each, mode) for each in doors for mode in GenerationMode])
    with requests.Session() as session, no_growth(stack):
        for _ in range(DESCRIBED // PART):
            _exhaust(*next(turns), session, tenant)


def _exhaust(operation: object, mode: GenerationMode, session: requests.Session, tenant: Tenant) -> None:
    @_all_of(PART)
    @given(case=operation.as_strategy(generation_mode=mode))  # type: ignore[attr-defined]
    def send(case: schemathesis.Case) -> None:
        sent = {"X-API-Key": tenant.key}
        answer = in_time(lambda: case.call(session=session, headers=sent, timeout=WAITED_SECONDS))
        case.validate_response(answer, checks=CHECKS)

    send()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=20,
)
# The last ones know whose key it is, and have something to say.
TREES = VALUES | st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8).map(
    lambda tree: {"event": "order", "event_type": "order", "distinct_id": "d", "userId": "u"} | tree | dict(KEYS)
)
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "gzip": gzip.compress,
    "form": lambda text: b"data=" + base64.urlsafe_b64encode(text),
    "cut": lambda text: text[: len(text) // 2],
    "odd": lambda text: text.swapcase()[::-1],
}


def test_whatever_is_sent_to_the_addresses_of_other_tools_is_answered(stack: Stack) -> None:
    tenant = stack.tenant(f"tools {uuid.uuid4().hex[:6]}")
    statuses: Counter[int] = Counter()
    with requests.Session() as session:

        @_all_of(PART)
        @given(
            address=st.sampled_from(ADDRESSES),
            method=st.sampled_from(["POST", "POST", "POST", "GET"]),
            tree=TREES,
            form=st.sampled_from([*FORMS, "plain"]),
            kind=st.sampled_from(KINDS),
            encoding=st.sampled_from(["", "", "gzip", "br"]),
            query=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=20), max_size=3),
        )
        def send(
            address: str, method: str, tree: object, form: str, kind: str, encoding: str, query: dict[str, str]
        ) -> None:
            written = json.dumps(tree).replace(KEY, tenant.key).encode()
            body = FORMS[form](written) if method == "POST" else None
            headers = {"Content-Type": kind, "Content-Encoding": encoding or ("gzip" if form == "gzip" else "")}
            named = {name: value for name, value in headers.items() if value}
            asked = (method, f"{stack.url}{address}", query | {"k": tenant.key}, body, named)
            answer = in_time(lambda: session.request(*asked, timeout=WAITED_SECONDS))
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, (answer.status_code, answer.text[:500])
            assert "html" not in answer.headers.get("Content-Type", "")

        with no_growth(stack):
            for _ in range(OTHER_TOOLS // PART):
                send()
    print(f"answers: {dict(statuses)}")
    assert statuses[200] > OTHER_TOOLS / 100
