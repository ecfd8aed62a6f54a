"""Health, readiness, background jobs."""
