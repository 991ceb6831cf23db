"""The desk: the Unix socket over which the engine takes orders and tells what happens."""
