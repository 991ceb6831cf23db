"""The defaults that travel with the package; data, no code."""
