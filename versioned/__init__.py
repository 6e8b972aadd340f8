"""The microversion engine: ranges on the thing that changes.  It knows no service's nouns."""
