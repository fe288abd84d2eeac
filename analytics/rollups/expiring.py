"""Before events are deleted because they grew too old, what was made of them is brought up to date: it stays."""

from datetime import datetime
from typing import Any

from analytics.rollups.dataset import Dataset
from analytics.rollups.run import roll_up
from tracking.expiry.deletion import expiring
from tracking.models import Expiry
from workspaces.models import Environment, Workspace


def connect() -> None:
    """Called once, when the apps are ready."""
    expiring.connect(_roll_up, sender=Expiry, dispatch_uid="rollups")


def _roll_up(workspace: Workspace, environment: Environment, now: datetime, **_: Any) -> None:
    """Raises what the store raises: then nothing is deleted."""
    roll_up(Dataset.of(workspace, environment), now)
