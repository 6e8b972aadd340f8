"""Chaos: processes are killed at random while servers live, and at the end nothing may be amiss.

`make chaos` runs it against a cloud in one process and against a distributed one.  The latter has
CHAOS_DATABASE (made anew!) and CHAOS_BROKER.  CHAOS_RESTART_POSTGRESQL, CHAOS_RESTART_RABBITMQ are
commands that restart them, as "pg_ctlcluster 15 main restart -m immediate"; without, they are left
alone.
"""
