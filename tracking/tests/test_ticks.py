"""Open dashboards hear of new events through the channel layer."""

import asyncio

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from tracking.ticks import Announcer


def heard(dataset: int, announce: object) -> list[dict[str, object]]:
    """What a dashboard of the dataset receives within half a second of `announce`, a function that blocks."""

    async def listen() -> list[dict[str, object]]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(f"dataset-{dataset}", channel)
        await asyncio.to_thread(announce)
        messages = []
        try:
            while True:
                messages.append(await asyncio.wait_for(layer.receive(channel), 0.5))
        except TimeoutError:
            return messages

    return async_to_sync(listen)()


def test_a_dashboard_hears_that_its_dataset_changed(dataset):
    announcer = Announcer()
    announcer.changed({dataset: 1000, dataset + 1: 5000})
    assert heard(dataset, announcer.tell) == [{"type": "dataset.changed", "as_of_ms": 1000}]


def test_it_hears_at_most_once_a_second_and_then_the_newest(dataset):
    announcer = Announcer()

    def two_changes() -> None:
        for as_of_ms in (1000, 2000):
            announcer.changed({dataset: as_of_ms})
            announcer.tell()

    assert [message["as_of_ms"] for message in heard(dataset, two_changes)] == [1000]
    announcer._told_at -= 1
    assert [message["as_of_ms"] for message in heard(dataset, announcer.tell)] == [2000]


def test_without_anybody_to_tell_storing_goes_on(dataset, settings, caplog):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    announcer = Announcer()
    announcer.changed({dataset: 1000})
    announcer.tell()
    assert "open dashboards were not told" in caplog.text
