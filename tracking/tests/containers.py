"""Making containers in tests."""

from typing import Any

from config.lib.clock import now
from tracking.containers import drafts, publishing
from tracking.models import Container
from workspaces import api_keys
from workspaces.models import Workspace


def container(workspace: Workspace, code: str = "", publish: bool = True, **fields: Any) -> Container:
    """A container of `workspace` with one adaptor of that code, and a key for its environment."""
    environment = fields.get("environment", "live")
    api_keys.issue(workspace, name="Website", actor=None, now=now(), environment=environment)
    made = drafts.create(workspace, actor="test", now=now(), **({"name": "Shop"} | fields))
    if code:
        drafts.add_adaptor(made, actor="test", now=now(), name="shop", schema_id="shop", code=code)
    if publish:
        publishing.publish(made, actor="test", now=now())
    return made


def recode(made: Container, code: str) -> None:
    """Gives the container's adaptor other code and publishes it."""
    drafts.change_adaptor(made.adaptors.get(), {"code": code}, actor="test", now=now())
    publishing.publish(made, actor="test", now=now())
