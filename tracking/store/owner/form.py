"""Parameters sent in the body: long queries come as forms, since a URL has limits."""

from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP

from tracking.store.owner.errors import refuse_size, refuse_unsupported
from tracking.store.owner.statement import MAX_STATEMENT_BYTES


def is_form(content_type: str) -> bool:
    # Not x-www-form-urlencoded: that is what curl -d calls a plain statement.
    return content_type.startswith("multipart/form-data")


def fields(content_type: str, body: Iterator[bytes]) -> dict[str, str]:
    """Raises Refusal for files: tables sent along with a query are not supported."""
    data = _whole(body)
    found: dict[str, str] = {}
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + data)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            raise refuse_unsupported("External data is not supported; send the values as an Array parameter.")
        payload = part.get_payload(decode=True)
        found[str(name)] = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
    return found


def _whole(body: Iterator[bytes]) -> bytes:
    data = bytearray()
    for chunk in body:
        data += chunk
        if len(data) > MAX_STATEMENT_BYTES:
            raise refuse_size("A form", MAX_STATEMENT_BYTES)
    return bytes(data)
