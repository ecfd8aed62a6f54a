"""The design system's living page."""
