"""Events that are older than their workspace keeps them: deleted every night, day by UTC day, and not taken again.

    limits     for how many days a workspace keeps events, and before which day they are deleted
    deletion   one run over one environment: aggregated metrics brought up to date, Expiry row, every place, audit entry
    places     where an event leaves traces, in the order in which they go
    tasks      every night

The Expiry row says what is deleted before anything is: from then on the door refuses events of that time, so that one
sent again can never count twice, also when the workspace keeps more later on. Killed anywhere, the next run goes on
with the same row: deleting twice is harmless.
"""
