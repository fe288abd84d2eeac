"""How Stripe says no."""

from typing import Any


class Refusal(Exception):
    """An error answer: HTTP status and the body's `error`."""

    def __init__(self, status: int, kind: str, message: str, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param


def invalid(message: str, code: str = "", param: str = "") -> Refusal:
    return Refusal(400, "invalid_request_error", message, code, param)


def missing(what: str, stripe_id: str) -> Refusal:
    return Refusal(404, "invalid_request_error", f"No such {what}: '{stripe_id}'", "resource_missing", "id")


def declined() -> Refusal:
    return Refusal(402, "card_error", "Your card was declined.", "card_declined")
