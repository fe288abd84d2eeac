"""Forwarding: stored events on their way to destinations, beside ingestion and never in its way.

    claims      every five seconds: who has something to do? One worker for each destination, the unwell ones last
    outbox      the store's events since the position ──► rows of `Delivery`, and the position moves, in one transaction
    late        what was received long ago and is stored only now
    delivery    due batch ──► events from the store ──rules──► destination.send ──► settle, split, or try again
    health      the breaker, the pause and the mails of a destination that does not take what it is given
    accounting  eligible = sent + rejected + waiting, for each day; what the page shows
    resends     a stretch of the past once more

The event store is the backlog: a destination that is paused or slow keeps its position and a few batches, no copies.
Killed anywhere, a batch is sent again with the same ids, and what became of it is counted once.
"""
