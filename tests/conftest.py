"""What holds for every test."""

from __future__ import annotations

import signal

# A shell that runs us in the background has us ignore SIGINT, and our children would inherit that: what they
# do when interrupted could then not be tried.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
