"""Our own files and folders: may we write them, may Asterisk read what is for it. No contents are read."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from fastagi_server.app.checks.reader import Who, is_there, unreadable, user_name
from fastagi_server.app.checks.verdicts import judged, unseen
from fastagi_server.config.settings import Settings
from fastagi_server.console.actions import Finding

_USUAL_GROUP = "asterisk"


def ours(settings: Settings, who: Who | None) -> Iterator[Finding]:
    """Look whether we may write our folder of Asterisk's configuration, the desk's and the logs'."""
    folder = settings.dialplan.folder
    group = who.group if who else _USUAL_GROUP
    yield judged("folder", good=_writable(folder), path=folder, user=_me(), group=group)
    desk = settings.desk.absolute().parent
    yield judged("desk", good=_writable(desk), path=desk, user=_me())
    if settings.logs.folder is not None:
        logs = settings.logs.folder.absolute()
        # The service makes the folder where it may.
        place = logs if is_there(logs) else logs.parent
        yield judged("logs_folder", good=_writable(place), path=logs, user=_me())


def store_folder(file: Path | None) -> Iterator[Finding]:
    """Look whether SQLite may write its file, and its log beside it."""
    if file is None or not is_there(file):
        return
    good = _writable(file.absolute().parent) and os.access(file, os.W_OK)
    yield judged("store_write", good=good, path=file, folder=file.absolute().parent, user=_me())


def for_asterisk(settings: Settings, who: Who | None) -> Iterator[Finding]:
    """Look whether Asterisk may read what we write for it."""
    folder, path = settings.dialplan.folder, settings.dialplan.path
    if who is None:
        yield unseen("folder_read", "-")
        return
    if not is_there(folder):
        return
    shut = next(unreadable([path if is_there(path) else folder], who), None)
    command = _opening(shut, [folder, path], who) if shut else "-"
    yield judged("folder_read", good=shut is None, user=who.name, path=shut or folder, command=command)


def _opening(shut: Path, ours: list[Path], who: Who) -> str:
    """Give the command that lets Asterisk in: a group for what is ours, a way through for what is not."""
    place = shlex.quote(str(shut))
    return f"chgrp {who.group} {place} && chmod g+rX {place}" if shut in ours else f"chmod o+x {place}"


def _writable(folder: Path) -> bool:
    return is_there(folder) and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _me() -> str:
    return user_name(os.geteuid())
