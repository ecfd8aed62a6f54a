"""Backup and restore: one archive that holds the whole installation, whichever database it runs on.

The archive is a zip file. `database/<table>.jsonl` holds one row a line, `files/<sha256>` each content once, and
`manifest.json` names every member with its digest, the versions, and where each file belongs.
"""
