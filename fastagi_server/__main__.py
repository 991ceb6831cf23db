"""The roof: `discador` and `python -m fastagi_server`."""
