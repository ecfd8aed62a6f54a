"""Statistics of the domain, from published formulas."""
