"""The REST API of analytics, a file a topic. Whoever asks is resolved in `asked`, the numbers come from the engine."""
