"""Keeping an installation alive: the server, its health, backups, what the doctor looks at, logs."""
