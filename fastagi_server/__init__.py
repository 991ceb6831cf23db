"""Discador: the FastAGI and AMI service that turns Asterisk into a press-1 dialer."""
