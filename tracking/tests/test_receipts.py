"""What a sender can ask afterwards: what became of a request, and how far storing has come."""

import json
import uuid

import pytest
from django.test import Client

from tracking import receipts
from tracking.receipts import Counts
from tracking.tests.door import NOW_MS, post
from tracking.writer import Writer

pytestmark = pytest.mark.usefixtures("clock")


def ask(key: str, path: str) -> tuple[int, dict]:
    answer = Client(headers={"X-API-Key": key}).get(f"/api/v1/{path}")
    return answer.status_code, json.loads(answer.content)


@pytest.mark.parametrize(
    "counts", [Counts(0, 0, 0), Counts(1, 0, 0), Counts(500, 0, 0), Counts(3, 497, 0), Counts(0, 1, 499)]
)
def test_a_receipt_says_what_was_written_into_it(counts):
    number = receipts.issue(6, NOW_MS, counts)

    assert uuid.UUID(number).version == 8
    assert receipts.read(6, uuid.UUID(number)) == (NOW_MS, counts)


def test_a_receipt_is_one_in_its_own_dataset_only():
    number = uuid.UUID(receipts.issue(6, NOW_MS, Counts(1, 2, 3)))

    assert receipts.read(7, number) is None
    # No bit of it can be changed: neither its time, nor its counts, nor its form.
    assert [bit for bit in range(128) if receipts.read(6, uuid.UUID(int=number.int ^ 1 << bit))] == []


def test_a_request_can_be_followed_from_the_log_into_the_store(acme, acme_key, writer: Writer):
    sent = json.loads(
        post({"events": [{"event_type": "a"}, {"event_type": "b"}, {"event_type": "$c"}]}, acme_key).content
    )

    status, waiting = ask(acme_key, f"receipts/{sent['receipt']}")
    assert (status, waiting["accepted"], waiting["rejected"], waiting["stored"]) == (200, 2, 1, False)
    assert [(each["i"], each["code"]) for each in waiting["refusals"]] == [(2, "name_reserved")]

    assert writer.store_next(0)
    assert ask(acme_key, f"receipts/{sent['receipt']}")[1]["stored"] is True


def test_nobody_else_s_receipt_is_found(acme_key, as_stranger, globex):
    sent = json.loads(post({"event_type": "a"}, acme_key).content)["receipt"]

    assert as_stranger.get(f"/api/v1/receipts/{sent}").status_code == 404
    assert ask(acme_key, f"receipts/{uuid.uuid4()}")[0] == 404
    assert Client().get(f"/api/v1/receipts/{sent}").status_code == 401


def test_the_watermark_waits_for_what_is_not_stored(acme_key, writer: Writer):
    before = ask(acme_key, "watermark")[1]["watermark"]
    post({"event_type": "a"}, acme_key)
    waiting = [ask(acme_key, "watermark")[1]["watermark"] for _ in range(2)]
    assert writer.store_next(0)
    after = ask(acme_key, "watermark")[1]["watermark"]

    assert before <= waiting[0] == waiting[1] < after


def test_processing_can_be_watched(acme_key, writer: Writer):
    post({"events": [{"event_type": "a"}, {"event_type": "$b"}]}, acme_key)

    status, waiting = ask(acme_key, "analytics/process-events")
    assert (status, waiting["status"], waiting["pending"]) == (200, "processing", 1)
    assert (waiting["accepted_today"], waiting["refused_today"]) == (1, {"name_reserved": 1})
    assert writer.store_next(0)
    assert ask(acme_key, "analytics/process-events")[1]["status"] == "processed"
    posted = Client(headers={"X-API-Key": acme_key}).post("/api/v1/analytics/process-events")
    assert json.loads(posted.content)["pending"] == 0


def test_the_configuration_is_answered_as_published(acme_key):
    status, config = ask(acme_key, "analytics/config")

    assert status == 200
    assert config == {
        "enabled": True,
        "amplitude_configured": False,
        "mixpanel_configured": False,
        "pii_tracking_enabled": False,
        "sandbox_mode": False,
        "batch_size": 50,
        "flush_interval_seconds": 5,
    }
