"""The OpenAPI document, taken at its word: whatever it allows to be sent gets an answer that it describes (P13)."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

EXAMPLES = 7  # for each operation, others in every run
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
# Single sign-on is not configured here, and says so with 501.
LEFT_OUT = "/auth/callback$"


def test_nothing_that_the_document_allows_breaks_the_api(live_site, event_store, acme_secret):
    document = schemathesis.openapi.from_url(f"{live_site}/api/schema/").exclude(path_regex=LEFT_OUT)
    operations = [each.ok() for each in document.get_all_operations()]

    for operation in operations:

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def send(case):
            case.call_and_validate(headers={"X-API-Key": acme_secret}, checks=CHECKS)

        send()

    assert len(operations) > 15


@pytest.mark.parametrize("name", ["\0", "a\0b", "../x", "Ü", "a" * 5000])
def test_a_name_that_no_workspace_can_have_is_simply_not_there(as_owner, name):
    answer = as_owner.get("/api/v1/analytics/metrics", {"workspace": name})

    assert answer.status_code == 404
