"""The language of extensions.conf: contexts rendered, read back, compared. It opens no socket."""
