"""Settings in: YAML and the environment become frozen values, read once at the door and handed down."""
