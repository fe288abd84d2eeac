"""Live updates: /ws/dashboard/<uid of a workspace or a dashboard>?<the state of the page>.

    writer ──"dataset.changed"──► Wire, one for each dataset ──► Pulse ──{"changed": as_of_ms, "pause_ms": 10}──► page
                                                                          asks for its numbers, no oftener than told
    News, after a change:  of a dashboard its figures ──{"metric": "visitors", "value": 1234, "text": "1.2 k"}──►
                           with &parts=, those as one list, and what differs of the page ──gzip of HTML──► puts it in
    Pulse, every second:   of an overview who is here now ──{"metric": "visitors_now", "value": 12}──►

Pages of dashboards are sent their parts: a thousand that asked for them would have them drawn a thousand times, at 20
to 30 ms. `question` holds all that an answer depends on, so what is drawn once reaches only those who may see it. The
overview, which differs from person to person, and programs ask by HTTP.

Who may listen: rights (when a socket opens), standing (while it is open), tickets (without a session).
"""
