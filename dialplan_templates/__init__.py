"""The templates of the generated extensions.conf; data, no code."""
