"""Whatever JSON an event is, judging it ends in an event or in a named reason."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib.problems import Problem
from tracking import payloads
from tracking.events import MAX_DEPTH, Accepted
from tracking.judge import Arrival, judge
from tracking.tests.door import NOW_MS
from tracking.trees import Rejected, count_keys, has_duplicate_keys
from tracking.usage import DropReason

ARRIVAL = Arrival(2, NOW_MS, 0, 0, is_server=False, visitor=1, screen="", language="")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
names = st.sampled_from([*msgspec.structs.asdict(payloads.RawEvent()), "value", "currency", "goal_name", "zzz"])
likely = st.sampled_from(["page_view", "goal", "custom", "page_exit", "identify", NOW_MS, "2026-03-10T12:00:00Z"])
event_like = st.dictionaries(names, anything | likely, max_size=8)


def outcome(body: bytes) -> list[Accepted | DropReason] | str:
    """What became of each event, or the code of the problem with the whole."""
    try:
        payload = payloads.parse(body)
    except Problem as problem:
        return problem.code
    return [_one(payload, index, tree) for index, tree in enumerate(payload.trees)]


def _one(payload: payloads.Payload, index: int, tree: Any) -> Accepted | DropReason:
    try:
        if index in payload.faults:
            raise payload.faults[index]
        return judge(tree, payload.frame, ARRIVAL, index).event
    except Rejected as fault:
        return fault.reason


@given(anything | event_like | st.fixed_dictionaries({"events": st.lists(event_like | anything, max_size=3)}))
def test_any_json_is_accepted_or_refused_by_name_and_twice_alike(value):
    body = json.dumps(value).encode("utf-8", "surrogatepass")

    first = outcome(body)

    assert outcome(body) == first
    for judged in first if isinstance(first, list) else []:
        if isinstance(judged, Accepted):
            msgspec.msgpack.encode(judged)
            assert all(isinstance(text, str) for text in judged.props.values())
            assert "\0" not in repr(judged)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(body):
    assert isinstance(outcome(body), str | list)


@given(st.dictionaries(st.text(max_size=5), anything, max_size=6))
def test_objects_without_repeated_names_are_never_called_repeating(value):
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    try:
        keys = count_keys(msgspec.json.decode(body))
    except (Rejected, msgspec.DecodeError):
        return

    assert not has_duplicate_keys(body, keys)


@given(st.text(max_size=6), st.sampled_from(["", " ", "\n", "\t"]), st.text(max_size=6), st.booleans())
def test_a_repeated_name_is_found_however_it_is_written(name, space, other, escaped):
    quoted = json.dumps(name, ensure_ascii=escaped)
    body = f'{{{json.dumps(other)}:":", {quoted}{space}: 1, {json.dumps(name)}:2}}'.encode("utf-8", "replace")
    if other == name:
        return

    assert has_duplicate_keys(body, count_keys(msgspec.json.decode(body)))


def test_depth_is_counted_from_the_event():
    tree: dict[str, Any] = {}
    for _ in range(MAX_DEPTH - 1):
        tree = {"a": tree}
    assert count_keys(tree) == MAX_DEPTH - 1

    with pytest.raises(Rejected) as refused:
        count_keys({"a": tree})
    assert refused.value.pointer == "/a" * MAX_DEPTH
