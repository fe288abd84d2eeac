"""`python -m tracking.store.owner --path var/events`: own the event store until SIGTERM. Needs no Django.

The token is read from EVENT_STORE_TOKEN, not from the command line, where everybody on the host could see it.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from tracking.store.owner.config import default_memory, raise_open_files
from tracking.store.owner.engine import CannotOpen, Engine
from tracking.store.owner.protocol import Protocol
from tracking.store.owner.server import Server

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def main() -> int:
    options = _options()
    token = os.environ.get("EVENT_STORE_TOKEN", "")
    if options.host not in LOOPBACK and not token:
        return _fail(f"The event store would answer everybody on {options.host}. Set EVENT_STORE_TOKEN.")
    raise_open_files()
    try:
        server = Server(options.host, options.port)
    except OSError as error:
        return _fail(f"Cannot listen on {options.host}:{options.port}: {error.strerror}. Choose another --port.")
    try:
        engine = Engine(options.path, options.memory)
    except (CannotOpen, OSError) as error:
        return _fail(str(error))
    server.protocol = Protocol(engine, token)
    print(f"Event store on http://{options.host}:{server.port}, data in {options.path}", flush=True)
    _serve_until_told(server)
    engine.drain()
    server.finish_answers(wait_s=2)
    engine.close()
    sys.stdout.flush()
    os._exit(0)  # idle connections' threads may still be waiting inside the engine's library


def _serve_until_told(server: Server) -> None:
    def stop(number: int, frame: object) -> None:
        # shutdown() waits for serve_forever, which this very thread is in.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever(poll_interval=0.1)
    server.socket.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="eventstore", description=__doc__)
    parser.add_argument("--path", type=_directory, required=True, help="the data directory, made if missing")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8123, help="0: any free one; it is printed")
    parser.add_argument("--memory", type=_bytes, default=default_memory(), help="most the engine may take, in MiB")
    return parser.parse_args()


def _directory(text: str) -> Path:
    if "?" in text:
        raise argparse.ArgumentTypeError("the engine cannot open a path with a question mark")
    return Path(text).resolve()


def _bytes(text: str) -> int:
    return int(text) << 20


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
