"""What the voice menu decides: an AMD verdict, a key. Pure: the FastAGI scripts that ask are here too."""
