"""Spend as a file: line ends of every system, and what is no CSV at all."""

import pytest


def send(anonymous, key, text):
    return anonymous.post("/api/v1/analytics/spend", text, content_type="text/csv", headers={"X-API-Key": key})


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(anonymous, acme_secret, end):
    answer = send(anonymous, acme_secret, end.join(["date,source,amount", "2026-03-02,google,99", ""]))

    assert answer.status_code < 300
    assert sum(value for value in answer.json().values() if isinstance(value, int)) == 1


@pytest.mark.django_db
def test_what_is_no_csv_is_refused_with_the_reason(anonymous, acme_secret):
    answer = send(anonymous, acme_secret, "date,source,amount\n2026-03-02,google," + "9" * 200_000)

    assert (answer.status_code, answer.json()["code"]) == (422, "not_csv")
    assert "field larger than field limit" in answer.json()["detail"]
