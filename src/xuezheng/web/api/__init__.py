"""The API: the same doors, rights and refusals as the pages, as JSON."""
