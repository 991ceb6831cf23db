"""When the next call may leave. Pure arithmetic on instants: no clock, no timer."""
