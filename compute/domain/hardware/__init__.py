"""What guests ask of a host's processors, memory and devices, and whether a host can give it."""
