"""What happens in Placement: typed functions, no HTTP, no versions."""
