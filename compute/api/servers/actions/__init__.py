"""POST /servers/{id}/action: simple transitions in a table, the others one file an activity."""
