import json

import pytest
from django.db import InterfaceError, OperationalError

from config.lib.problems import handle


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_a_database_that_is_away_asks_to_come_again_instead_of_failing(error):
    answer = handle(error, {})

    assert answer is not None
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert json.loads(answer.content)["code"] == "database_unavailable"


def test_what_is_our_own_fault_is_not_dressed_up():
    assert handle(ZeroDivisionError(), {}) is None
