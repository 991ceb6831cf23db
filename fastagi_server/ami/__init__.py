"""The language of Asterisk's manager: bytes in, answers and events out. No sockets, no clock, no Twisted."""
