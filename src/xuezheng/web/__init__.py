"""The office in the browser: settings, pages, design system, background work."""
