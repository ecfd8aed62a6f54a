"""The demonstration county: invented, deterministic by seed."""
