"""The engine: one call's life, from the order to the closed record. It knows no wire and no table."""
