from typing import Any

import pytest

from config.testing.vendor import Vendor
from tracking.models import Forwarding
from tracking.tests.forwarding.world import Clock, Mixpanel, destination
from workspaces.models import Workspace


@pytest.fixture
def mixpanel(vendor: Vendor) -> Mixpanel:
    return Mixpanel(vendor)


@pytest.fixture
def forwarding(acme: Workspace, vendor: Vendor) -> Forwarding:
    """Acme's page views, identities and goals to the stand-in for Mixpanel, since 11:00."""
    return destination(acme, vendor)


@pytest.fixture
def at_noon(writer: Any) -> Clock:
    """The worker's clock, at 12:00; the log is empty and the writer ready."""
    return Clock()
