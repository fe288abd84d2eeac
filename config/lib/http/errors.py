"""Why no answer was had, as a closed set."""

from typing import Literal

Code = Literal["bad_address", "header", "port", "blocked", "resolve", "connect", "tls", "timeout", "answer"]


class HttpError(Exception):
    """No answer was had. `code` says why; the message may be shown to whoever typed the address."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code: Code = code
