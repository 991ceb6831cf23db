"""The roof's door: `discador` and `python -m fastagi_server`."""

from __future__ import annotations

import os

from fastagi_server.app.actions import RealActions
from fastagi_server.app.clock import RealClock
from fastagi_server.console import cli


def main() -> None:
    """Run the command line of this process."""
    cli.main(RealActions(), os.environ, RealClock())


if __name__ == "__main__":
    main()
