"""While the ingest log is away, requests are kept on the disk of the web process and acknowledged all the same.

    door ─► log ─┬─ the log answers ───────────────────────────► buffer.append
                 └─ it does not ─► keep: fsync ─► 200          VAR_DIR/spool/{process}.spool
                                      │
    drain, a thread of the process ───┴─ the log is back ─────► buffer.append, in order, each once

- **Late**: a log that answers slowly, or not at all and nobody knows it yet, is waited for 0.15 s; then the request is
  kept here as well, and answered (`cover`).
- **Once**: a record is logged under the key of its request. Whatever was logged already, because only the answer got
  lost, or because a process died while draining, is not logged again.
- **In order**: as long as a spool holds anything, what comes goes behind it; with several processes also behind that of
  the others, for as long as MOST_BEHIND_S.
- **To the end**: hundreds are logged with one wait for the disk, and while the last of it is brought in whoever comes
  waits a moment. Else busy senders would write behind it for ever.
- **After a kill**: a file whose process is gone is taken over by any other process of the machine that drains.
- **Limits** fail open: what is kept is logged whole, and counted then, in the period in which it came.
- **Full** (SPOOL_MB), without a disk, or on one that is full: the sender gets 503 and comes again.
"""

from tracking.spool.cover import Cover as Cover
from tracking.spool.detour import count as count
from tracking.spool.detour import log as log
from tracking.spool.detour import record_of as record_of
from tracking.spool.drain import start as start
from tracking.spool.file import SpoolFull as SpoolFull
from tracking.spool.look import holds as holds
from tracking.spool.look import oldest as oldest
from tracking.spool.look import waiting as waiting
from tracking.spool.process import has_room as has_room
from tracking.spool.process import is_open as is_open
from tracking.spool.process import suspect as suspect
