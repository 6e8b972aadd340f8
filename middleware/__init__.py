"""Nova's middleware chain: one class per file.  The order stands in settings."""
