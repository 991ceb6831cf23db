"""The log files that an operator reads with tail -f. Values only: nothing is opened here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fastagi_server.config.schema import about, verify


@dataclass(frozen=True, kw_only=True)
class Logs:
    """Where the three log files are, and how much of them is kept."""

    folder: Path | None = field(
        default=None,
        metadata=about(
            "The folder of the service's log files: performance.log, cli_manager.log and load_test.log, a "
            "JSON object a line (docs/logs.md). It is made where it is not there. Each engine needs its own.",
            why="that means no files: standard error tells an operator or systemd enough.",
        ),
    )
    max_megabytes: float = field(
        default=100.0,
        metadata=about(
            "How large a log file may grow before it is put aside as performance.log.1 and a new one begun.",
            why="30 calls a second fill it in about two hours.",
            unit="megabytes",
            least=0.01,
            most=100000,
        ),
    )
    keep: int = field(
        default=10,
        metadata=about(
            "How many files that were put aside are kept of each log; the oldest goes.",
            why="that is a day of 30 calls a second, and never more than 3.3 gigabytes in all.",
            unit="files",
            least=1,
            most=1000,
        ),
    )

    def __post_init__(self) -> None:
        verify(self)
