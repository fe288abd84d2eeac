"""What never leaves the door: no address and no user-agent text, wherever in an event somebody wrote them."""

# Ours to say (a sender could lie), personal, or secret. Removed at any depth of the properties.
NEVER_STORED = frozenset({"ip_address", "ip", "user_agent", "api_key", "apiKey", "workspace_id", "received_at"})
