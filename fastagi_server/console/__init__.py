"""The discador command: a door. It reads arguments and prints; what is done is handed in as Actions."""
