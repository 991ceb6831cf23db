from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.ami import actions, events
from fastagi_server.ami.action import Action
from fastagi_server.ami.exchange import Answered
from fastagi_server.ami.messages import Response
from fastagi_server.asterisk.apply import NotInForceError, NotWritableError, apply, write
from fastagi_server.asterisk.errors import OutcomeUnknownError, RefusedError
from fastagi_server.dialplan.read import HINT, UnreadableDialplanError, read

OLD = "[menu]\nexten => s,1,Answer()\n same => n,Hangup()\n[keys]\nexten => 1,1,NoOp(old)\n"
NEW = (
    "[menu]\nexten => s,1,Answer()\n same => n(here),Playback(hello)\n same => n,Hangup()\n"
    "exten => s,hint,PJSIP/1\n"
)


class Pbx:
    """An Asterisk that runs what the file held at its last reload, unless it is told otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.running: dict[str, Any] = {}
        self.asked: list[str] = []
        self.seen: list[bytes | None] = []
        self.fails: dict[str, Exception] = {}
        self.takes: Callable[[dict[str, Any]], dict[str, Any]] = lambda contexts: contexts

    async def ask(self, action: Action) -> Answered:
        self.asked.append(action.action)
        if action.action in self.fails:
            raise self.fails[action.action]
        told: tuple[Any, ...] = ()
        if isinstance(action, actions.Reload):
            assert action.module == "pbx_config"
            self.seen.append(self.path.read_bytes() if self.path.exists() else None)
            self.reload()
        elif isinstance(action, actions.ShowDialPlan):
            assert action.context is not None
            if action.context not in self.running:
                raise RefusedError(action="ShowDialPlan", why=f"Did not find context {action.context}")
            told = tuple(self.lists(action.context))
        return Answered(action_id="t", action=action, response=Response(response="Success"), events=told)

    def reload(self) -> None:
        try:
            text = self.path.read_text()
            self.running = self.takes(dict(read(text)))
        except (FileNotFoundError, UnicodeDecodeError, UnreadableDialplanError):
            self.running = {}

    def lists(self, context: str) -> Any:
        yield events.ListDialplan(context=context, include_context="others")
        for step in self.running[context]:
            yield events.ListDialplan(
                context=context,
                extension=step.exten,
                priority="hint" if step.priority == HINT else str(step.priority),
                extension_label=step.label,
                application=step.app,
                app_data=step.data,
            )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "discador"
    folder.mkdir()
    return folder / "discador.conf"


@pytest.fixture
def pbx(path: Path) -> Pbx:
    return Pbx(path)


@pytest.fixture
def put(pbx: Pbx, path: Path) -> Callable[[str], Any]:
    """Apply; give the count, or raise."""

    def run(text: str) -> Any:
        out: list[Any] = []
        ensureDeferred(apply(text, path, pbx.ask)).addBoth(out.append)
        if hasattr(out[0], "raiseException"):
            out[0].raiseException()
        return out[0]

    return run


Put = Callable[[str], Any]


def without(context: str, priority: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def takes(contexts: dict[str, Any]) -> dict[str, Any]:
        return {
            name: tuple(step for step in steps if (name, step.priority) != (context, priority))
            for name, steps in contexts.items()
        }

    return takes


def test_what_is_listed_as_rendered_is_in_force(put: Put, pbx: Pbx, path: Path) -> None:
    assert put(OLD) == 2

    assert path.read_text() == OLD
    assert pbx.asked == ["Reload", "ShowDialPlan", "ShowDialPlan"]
    assert put(NEW) == 1
    assert path.read_text() == NEW
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_anything_else_and_the_file_of_before_is_back_byte_for_byte(put: Put, pbx: Pbx, path: Path) -> None:
    old = OLD.replace("old", "señal \\; viejo") + "; its last comment, without a newline"
    put(old)
    pbx.takes = without("menu", 3)

    with pytest.raises(NotInForceError) as refused:
        put(NEW)

    assert path.read_bytes() == old.encode()
    assert pbx.seen[-2:] == [NEW.encode(), old.encode()]
    assert refused.value.sentence() == (
        f"Asterisk does not run {path}: context menu: extension s priority 3 is missing. "
        "The dialplan of before is in force again."
    )


def test_a_context_that_is_missing_is_named(put: Put, pbx: Pbx, path: Path) -> None:
    put(OLD)
    pbx.takes = lambda contexts: {name: steps for name, steps in contexts.items() if name != "menu"}

    with pytest.raises(NotInForceError, match=r"context menu is missing\. .* either: context menu"):
        put(NEW)

    assert path.read_text() == OLD


def test_no_more_than_three_differences_are_told(put: Put, pbx: Pbx) -> None:
    pbx.takes = lambda contexts: {}
    many = "".join(f"[c{number}]\nexten => s,1,NoOp()\n" for number in range(9))

    with pytest.raises(NotInForceError) as refused:
        put(many)

    assert refused.value.details["found"].count("is missing") == 3


def test_where_there_was_no_file_there_is_none_again(put: Put, pbx: Pbx, path: Path) -> None:
    pbx.takes = lambda contexts: {}

    with pytest.raises(NotInForceError):
        put(NEW)

    assert list(path.parent.iterdir()) == []
    assert pbx.seen == [NEW.encode(), None]


def test_an_empty_file_of_before_is_an_empty_file_again(put: Put, pbx: Pbx, path: Path) -> None:
    path.write_bytes(b"")
    pbx.takes = lambda contexts: {}

    with pytest.raises(NotInForceError):
        put(NEW)

    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "old", [b"#include other.conf\n[menu]\nexten => s,1,NoOp()\n", b"[menu]\n; Jos\xe9\n"]
)
def test_a_file_that_we_cannot_read_is_put_back_and_reloaded_all_the_same(
    put: Put, pbx: Pbx, path: Path, old: bytes
) -> None:
    path.write_bytes(old)
    pbx.takes = lambda contexts: {}

    with pytest.raises(NotInForceError, match="put back and reloaded, not compared"):
        put(NEW)

    assert path.read_bytes() == old
    assert pbx.seen[-1] == old


def test_a_reload_that_is_refused(put: Put, pbx: Pbx, path: Path) -> None:
    put(OLD)
    pbx.fails["Reload"] = RefusedError(action="Reload", why="Permission denied")

    with pytest.raises(NotInForceError, match=r"refused Reload: Permission denied.* not in force either"):
        put(NEW)

    assert path.read_text() == OLD


@pytest.mark.parametrize("action", ["Reload", "ShowDialPlan"])
def test_not_to_know_is_no_better_than_otherwise(put: Put, pbx: Pbx, path: Path, action: str) -> None:
    put(OLD)
    pbx.fails[action] = OutcomeUnknownError(action=action, why="the link was lost")

    with pytest.raises(NotInForceError, match=f"What became of {action} cannot be known"):
        put(NEW)

    assert path.read_text() == OLD


def test_what_we_could_not_read_back_is_not_written(put: Put, pbx: Pbx, path: Path) -> None:
    with pytest.raises(UnreadableDialplanError):
        put("[menu]\nexten => s,x,NoOp()\n")

    assert not path.exists()
    assert pbx.asked == []


# Writing


def test_no_folder_to_write_into(put: Put, pbx: Pbx, path: Path) -> None:
    path.parent.rmdir()

    with pytest.raises(NotWritableError) as refused:
        put(NEW)

    assert refused.value.sentence() == (
        f"{path} cannot be written: No such file or directory. "
        "The user who runs Discador must own the folder."
    )
    assert pbx.asked == []


def test_a_folder_that_may_not_be_written(
    put: Put, pbx: Pbx, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    path.write_text(OLD)
    monkeypatch.setattr(Path, "open", denied)  # the tests may run as root, who may write everywhere

    with pytest.raises(NotWritableError, match=r"discador\.conf cannot be written: Permission denied"):
        put(NEW)

    monkeypatch.undo()
    assert path.read_text() == OLD
    assert pbx.asked == []


def test_a_folder_in_its_place(put: Put, pbx: Pbx, path: Path) -> None:
    path.mkdir()

    with pytest.raises(NotWritableError, match="Is a directory"):
        put(NEW)

    assert pbx.asked == []


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path.write_text(OLD)
    monkeypatch.setattr("os.fsync" if step == "fsync" else "pathlib.Path.replace", full)

    with pytest.raises(NotWritableError, match="No space left on device"):
        write(path, NEW.encode())

    assert {each.name: each.read_text() for each in path.parent.iterdir()} == {path.name: OLD}


def test_a_reader_never_sees_half(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = Path.replace

    def watched(new: Path, to: Path) -> Path:
        seen.extend((to.read_text(), new.read_text()))
        return real(new, to)

    path.write_text(OLD)
    monkeypatch.setattr(Path, "replace", watched)
    write(path, NEW.encode())

    assert seen == [OLD, NEW]
    assert path.read_text() == NEW


def test_asterisk_may_read_what_was_written(path: Path) -> None:
    write(path, b"x")

    assert path.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_put_back_is_told(
    put: Put, pbx: Pbx, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    def takes(_: dict[str, Any]) -> dict[str, Any]:
        monkeypatch.setattr(Path, "unlink", denied)
        return {}

    pbx.takes = takes

    with pytest.raises(NotInForceError, match=r"context menu is missing.*in force, for .*Permission denied"):
        put(NEW)
