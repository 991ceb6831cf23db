"""One file per country; data, no code."""
