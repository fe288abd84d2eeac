"""Organizations, workspaces and keys over HTTP."""
