"""The web process: gunicorn's threaded worker, with a lane of its own for the requests that come most often.

    socket ──► lane ──ordinary POST /api/v1/collect──► tracking.direct ──► tracking.group ──► answer
                 └────everything else, byte for byte──► gunicorn ──► WSGI in a thread: pages, API, other ways to send

The lane runs in the worker's main thread and waits for nothing but its poller: requests that are ready together are
logged together, with one wait for the disk. What has to ask somebody (a key read anew, a limit used up) or is to be
refused is answered by the same functions in a thread.
"""
