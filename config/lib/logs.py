"""Log lines: key=value on a terminal, JSON where LOG_FORMAT=json. Context (request id, workspace) is added to each."""

import logging

import structlog


def formatter(style: str) -> logging.Formatter:
    # Plain tracebacks: the pretty ones print local variables, and those hold visitors' data.
    console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    renderer = structlog.processors.JSONRenderer() if style == "json" else console
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
