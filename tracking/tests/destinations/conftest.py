from typing import Any

import pytest

from config.testing.vendor import Vendor
from tracking.tests.forwarding.world import Clock, Mixpanel


@pytest.fixture
def mixpanel(vendor: Vendor) -> Mixpanel:
    return Mixpanel(vendor)


@pytest.fixture
def at_noon(writer: Any) -> Clock:
    """The worker's clock, at 12:00; the log is empty and the writer ready."""
    return Clock()
