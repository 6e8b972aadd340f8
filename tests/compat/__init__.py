"""Real clients against a live cloud."""
