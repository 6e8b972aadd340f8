"""The Django project: settings, and which service answers under which prefix."""
