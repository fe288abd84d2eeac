"""No cache on the way keeps what the API answers."""

import pytest
from django.test import Client


@pytest.mark.usefixtures("event_store", "clock")
def test_numbers_and_tokens_are_kept_by_no_cache_on_the_way(acme_secret: str, owner: object) -> None:
    client = Client(headers={"X-API-Key": acme_secret})
    login = {"email": "owner@example.com", "password": "wrong"}
    answers = [
        client.get("/api/v1/analytics/metrics?metrics=visitors"),
        client.post("/auth/login", login, "application/json"),
        client.get("/api/v1/nowhere"),
    ]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store"] * 3


@pytest.mark.usefixtures("db")
def test_pages_and_health_say_it_for_themselves(anonymous: Client) -> None:
    assert "max-age=0" in anonymous.get("/health").headers["Cache-Control"]
    assert "Cache-Control" not in anonymous.get("/docs/").headers
