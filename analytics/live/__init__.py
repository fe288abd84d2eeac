"""Live updates: /ws/dashboard/<uid of a workspace or a dashboard>?<the state of the page>.

    writer ──"dataset.changed"──► Wire, one for each dataset ──► Pulse ──{"changed": as_of_ms, "pause_ms": 10}──► page
                                                                          asks for its fragments, no oftener than told
    News, after a change:  of a dashboard its figures ──{"metric": "visitors", "value": 1234, "text": "1.2 k"}──►
    Pulse, every second:   of an overview who is here now ──{"metric": "visitors_now", "value": 12}──►

A socket says only that something changed, and the figures; everything else comes by HTTP, where rights are checked and
templates live. Who may listen: rights (when a socket opens), standing (while it is open), tickets (without a session).
"""
