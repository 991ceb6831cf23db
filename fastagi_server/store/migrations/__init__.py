"""Migrations of the store: the way to head, one step a file, forward only."""
