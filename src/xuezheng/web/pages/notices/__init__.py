"""Notices: a person's inbox and how they are told, chat robots, what went out."""
