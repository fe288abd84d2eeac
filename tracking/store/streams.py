"""Results of any length, block by block.

The driver's own streams read the rest of the answer when they are left early: minutes of work for nobody. Here its
decoder is given a response of ours, which is hung up on instead; that stops the engine.
"""

from collections.abc import Iterator
from typing import Any, cast

from clickhouse_connect.driver.ctypes import RespBuffCls
from clickhouse_connect.driver.httputil import ResponseSource
from clickhouse_connect.driver.query import QueryResult
from clickhouse_connect.driver.transform import NativeTransform
from urllib3.response import HTTPResponse

from tracking.store.client import client
from tracking.store.errors import translated


def blocks(sql: str, parameters: dict[str, Any] | None, settings: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Raises StoreUnavailable, QueryTimeout, StoreError; in the middle too."""
    with translated():
        store = client()
        response = cast(HTTPResponse, store.raw_stream(sql, parameters, settings, fmt="Native"))
        # An error after the first rows comes at the end of the body, under a tag named in the head.
        source = ResponseSource(response, exception_tag=response.headers.get("X-ClickHouse-Exception-Tag"))
        context = store.create_query_context(sql, parameters, streaming=True)
        buffer = RespBuffCls(source)  # type: ignore[no-untyped-call]
        result = cast(QueryResult, NativeTransform().parse_response(buffer, context))
        with result.row_block_stream as rows:
            try:
                yield from rows
            except GeneratorExit:
                response.shutdown()  # what the decoder would now read to its end, ends here
                raise
