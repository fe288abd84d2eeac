"""What the script gave up before it could send it: told by `dropped` in a body, shown, and in no sum."""

import json
import uuid

import pytest

from config.lib import metrics
from config.lib.clock import now
from tracking import conservation
from tracking.tests.door import post

pytestmark = pytest.mark.usefixtures("clock", "each_door")


def body(dropped: object, **more: object) -> dict[str, object]:
    return {"dropped": dropped, "events": [{"event_type": "a", "id": str(uuid.uuid4())}], **more}


def hour_of(acme) -> conservation.Hour:
    return conservation.hours(acme.dataset_id(), now(), now(), most=1)[0]


def printed() -> float:
    (line,) = [
        each for each in metrics.render().decode().splitlines() if each.startswith("metricpal_events_given_up_total")
    ]
    return float(line.split()[1])


def test_what_was_given_up_is_shown_and_counted_and_breaks_no_law(acme, acme_key, as_owner):
    before = printed()
    assert post(body(7), acme_key).status_code == 200
    post({"dropped": 1200, "events": [{"event_type": "$reserved"}]}, acme_key)  # nothing of it is logged

    hour = hour_of(acme)
    page = as_owner.get("/w/acme/ingestion/").content.decode()

    assert (hour.given_up, hour.received, hour.accepted, hour.refusals, hour.missing) == (1207, 2, 1, 1, 0)
    assert "1,207 more never came." in page
    assert printed() == before + 1207


def test_a_request_that_is_sent_again_says_it_again_and_it_counts_once(acme, acme_key):
    first = body(7)
    for each in (first, first, first | {"retry": 1}):
        post(each, acme_key)

    assert hour_of(acme).given_up == 7


@pytest.mark.parametrize("hostile", [-5, 0, 1.5, "7", True, None, [7], {"n": 7}, 1_000_001, 2**62])
def test_what_no_script_writes_is_ignored(acme, acme_key, hostile):
    answer = post(body(hostile), acme_key)

    assert (answer.status_code, json.loads(answer.content)["accepted"]) == (200, 1)
    assert hour_of(acme).given_up == 0
