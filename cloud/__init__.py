"""The embedded neighbours.  Each is a service of its own and none knows compute."""
