"""For WSGI applications: `application = RequestAnalytics(application)`."""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from metricpal.client import Client
from metricpal.requests import Handled, key_in, number, tell


class RequestAnalytics:
    """`only`: paths that begin so are counted; the duration ends with the last byte of the answer."""

    def __init__(self, app: Callable[..., Iterable[bytes]], client: Client | None = None, only: str = "/") -> None:
        self._app, self._client, self._only = app, client, only

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if not path.startswith(self._only):
            return self._app(environ, start_response)
        started, said = perf_counter(), {"status": 500}

        def note(status: str, headers: Any, exc_info: Any = None) -> Any:
            said["status"] = number(status[:3])
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        def told(sent: int) -> None:
            headers = {
                "x-api-key": environ.get("HTTP_X_API_KEY", ""),
                "authorization": environ.get("HTTP_AUTHORIZATION", ""),
            }
            duration_ms = 1000 * (perf_counter() - started)
            sizes: dict[str, Any] = {"bytes_in": number(environ.get("CONTENT_LENGTH")), "bytes_out": sent}
            method = environ.get("REQUEST_METHOD", "GET")
            tell(Handled(method, path, said["status"], duration_ms, key=key_in(headers), **sizes), self._client)

        try:
            answer = self._app(environ, note)
        except Exception:
            told(0)
            raise
        return _Watched(answer, told)


class _Watched:
    """The answer's parts, and a word when they are over."""

    def __init__(self, answer: Iterable[bytes], told: Callable[[int], None]) -> None:
        self._answer, self._told, self._sent = answer, told, 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._answer:
            self._sent += len(part)
            yield part

    def close(self) -> None:
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            self._told(self._sent)
