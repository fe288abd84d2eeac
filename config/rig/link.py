"""A line between two processes that can be cut, slowed and lied on: a TCP proxy on this machine, without privileges."""

import random
import socket
import struct
import threading
import time
from urllib.parse import urlsplit

OK = "ok"
REFUSE = "refuse"  # nobody listens, and what is open is cut
SILENT = "silent"  # what is sent arrives nowhere, and nothing comes back
LOST_ANSWERS = "lost answers"  # the server does the work, and the client never hears of it: what makes doubles
TORN = "torn"  # half of an answer, then the end
SLOW = "slow"  # 0.3 s in each direction
MODES = (REFUSE, SILENT, LOST_ANSWERS, TORN, SLOW)

SLOW_S = 0.3
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close without a good-bye


class Link:
    """`mode` holds for every byte from now on."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self.mode = OK
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        """The server's address by way of this line."""
        credentials = self._to.netloc.rpartition("@")[0]
        return self._to._replace(netloc=f"{credentials}@127.0.0.1:{self.port}").geturl()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self.mode == REFUSE:
                    raise ConnectionRefusedError
                server = socket.create_connection((self._to.hostname or "", self._to.port or 0), timeout=5)
            except OSError:
                _cut(client)
                client.close()
                continue
            server.settimeout(None)
            threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        answers = threading.Thread(target=self._carry, args=(server, client, True), daemon=True)
        with client, server:  # closed when neither direction uses them any more
            answers.start()
            self._carry(client, server, False)
            answers.join()

    def _carry(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65_536):
                if self.mode == SILENT or (self.mode == LOST_ANSWERS and is_answer):
                    continue
                if self.mode == SLOW:
                    time.sleep(SLOW_S)
                if self.mode == TORN and is_answer:
                    sink.sendall(data[: random.randrange(len(data))])
                if self.mode == REFUSE or (self.mode == TORN and is_answer):
                    break
                sink.sendall(data)
            else:
                return sink.shutdown(socket.SHUT_WR)  # said all it had to: what is on its way still arrives
        except OSError:
            pass
        _cut(source)
        _cut(sink)


def _cut(end: socket.socket) -> None:
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
