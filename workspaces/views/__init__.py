"""Pages of organizations and workspaces."""
