"""Events that do not fit their schema: set aside at the door, repaired by rules, counted late and once.

    rows      the writer's part: what the log says was set aside → rows of the store's table `quarantine`
    repair    one of them and the rules of its schema → an event, or what is still wrong
    inbox     what waits, by cause, with samples
    preview   what a rule would do to what waits
    replays   what fits now goes back into the log, from where the writer counts it as any other event

Why a replay counts once: an event keeps its id, and the writer takes an id once in its dataset (tracking.dedupe). So a
replay that was killed anywhere is simply done again.
"""
