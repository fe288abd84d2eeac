"""What is learned from an event and its request, one subject a file. Pure functions with a cache where asked often.

At the door (needs the request): address, bots, agent, geo, visitor, privacy. In the writer: urls, sources.
"""
