"""Load tests and their lab: a real Asterisk, and a carrier whose callees behave by the number called."""
