"""The first page after signing in, and the county's cockpit."""
