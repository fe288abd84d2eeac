"""The process that owns the embedded engine and speaks ClickHouse's HTTP protocol to all the others.

chDB is ClickHouse as a library: one process may open a data directory, and forking after opening hangs the child. So
web, writer and worker never load it; they use the ordinary ClickHouse client against this process, and moving to a
ClickHouse server is a change of URL.

    server.py       sockets, threads, who is being answered
    call.py         a request: parameters, settings, the body decoded (compression.py, form.py)
    protocol.py     token, statement, insert; errors become answers
    statement.py    where a statement ends and an INSERT's data begins
    results.py      an answer held until it is complete, or streamed
    kinds.py        what kind of statement a text is
    engine.py       the data directory (config.py), sessions.py for each statement one, pools of places.py
    (config.lib.hangups stops the statements of clients that went away)
    errors.py       ClickHouse's codes and statuses
"""
