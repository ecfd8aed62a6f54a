"""Meetings: from a bulletin's words to decisions that somebody owns."""
