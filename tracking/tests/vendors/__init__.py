"""Other tools' SDKs, unmodified, sending to us."""
