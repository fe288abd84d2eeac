"""What a workspace says its events look like, and whether an event does.

definition   what people write: {"purchase": {"total": "number"}} → checked, in its shortest form
kinds        the six types and the formats, as tables
fixes        what a rule of the quarantine does to a property, before it is checked
compiled     definition and rules as the door asks them: one event → nothing, or a Finding
registry     create, change, delete, versions; what the door knows of a workspace's schemas
faults       how many events of each schema were not as they should be, by day
"""
