"""Live or test: whose numbers an API request is about. A word that is neither never stands for live."""

from rest_framework.request import Request

from config.lib.problems import Problem
from workspaces.api_keys import KeyHolder
from workspaces.models import ENVIRONMENTS, Environment


def requested_environment(request: Request) -> Environment:
    """What ?env= says; without it a key's own, and live for people. Problem where it is neither, or not the key's."""
    own = request.user.key.environment if isinstance(request.user, KeyHolder) else ""
    given = request.query_params.get("env") or own or "live"
    if given not in ENVIRONMENTS:
        raise Problem(400, "unknown_environment", f"env is live or test, not {given!r}.", field="env")
    if own and given != own:
        said = f"This key is for {own} data. Leave env out, or use a {given} key."
        raise Problem(400, "other_environment", said, field="env")
    return given
