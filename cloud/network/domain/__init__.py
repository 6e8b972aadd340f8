"""What happens: typed functions that write; no HTTP."""
