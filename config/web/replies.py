"""An answer as bytes, with the headers gunicorn writes."""

import time
from functools import lru_cache
from http import HTTPStatus

from gunicorn.util import http_date

from tracking.direct import COMMON, Reply

STATUS = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
_COMMON = "".join(f"{name}: {value}\r\n" for name, value in COMMON)


def written(reply: Reply, stays: bool) -> bytes:
    own = "".join([f"{name}: {value}\r\n" for name, value in reply.headers])
    head = f"{_head(reply.status, int(time.time()), stays)}{own}X-Request-Id: {reply.request_id}\r\n"
    return f"{head}Content-Length: {len(reply.body)}\r\n\r\n".encode("latin-1") + reply.body


@lru_cache(maxsize=64)
def _head(status: int, second: int, stays: bool) -> str:
    connection = "keep-alive" if stays else "close"
    return (
        f"HTTP/1.1 {STATUS[status]}\r\nServer: gunicorn\r\nDate: {http_date(second)}\r\n"
        f"Connection: {connection}\r\n{_COMMON}"
    )
