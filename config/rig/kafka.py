"""A Kafka to test with: librdkafka's mock brokers, in a process of their own. They speak the protocol and keep what
they get in memory, of each partition the newest 5 MB. A topic is there as soon as it is named, with four partitions.

    python -m config.rig.kafka        prints its address; ends when its standard input does
"""

import os
import signal
import subprocess
import sys


class Kafka:
    """Runs until `end`, or as long as the process that made it does. `address` is for KAFKA_BROKERS."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "config.rig.kafka"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.address = self._process.stdout.readline().strip()

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def fall_silent(self) -> None:
        """Connections stay open and nothing answers."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)  # until all its threads have stopped

    def answer_again(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def main() -> None:
    from confluent_kafka import Producer

    brokers = Producer({"bootstrap.servers": "unused:1", "test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = brokers.list_topics(timeout=5).brokers.values()
    print(f"{broker.host}:{broker.port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
