"""Live updates of an overview: /ws/dashboard/<workspace uid>?env=live|test.

    writer ──"dataset.changed"──► channel layer ──► consumer ──{"changed": as_of_ms}──► page asks for its fragments
    Pulse, every second: who is here now ──{"metric": "visitors_now", "value": 12}──►

A socket says only that something changed; the numbers come by HTTP, where rights are checked and templates live.
"""
