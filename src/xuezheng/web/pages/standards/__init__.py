"""Standards, indicators, explanations, what-ifs, judged items, self-assessment."""
