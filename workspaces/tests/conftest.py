import pytest

from accounts.tests.signing_in import forget_limits


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    forget_limits()
