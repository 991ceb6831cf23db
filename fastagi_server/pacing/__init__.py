"""When the next call may leave, and whether it should. Pure arithmetic: no clock, no timer."""
