"""What the county has: schema, import, snapshots."""
