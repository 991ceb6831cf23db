from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.ami import events
from fastagi_server.asterisk.apply import (
    ArrivedOtherwiseError,
    NotIncludedError,
    NotInForceError,
    NotSeenError,
    Plan,
    apply,
    look,
)
from fastagi_server.asterisk.errors import OutcomeUnknownError, RefusedError
from fastagi_server.asterisk.place import Folder, NotWritableError
from fastagi_server.config import countries
from fastagi_server.dialplan.keep import register
from fastagi_server.dialplan.read import UnreadableDialplanError, read
from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.versions import is_versioned
from tests.asterisk.pbx import NAME, Pbx, without

NOW = 1_795_000_000.0
OLD = "[menu]\nexten => s,1,Answer()\n same => n,Hangup()\n[keys]\nexten => 1,1,NoOp(old)\n"
NEW = (
    "[menu]\nexten => s,1,Answer()\n same => n(here),Playback(hello)\n same => n,Hangup()\n"
    "exten => s,hint,PJSIP/1\n"
)
MEXICO = next(each for each in countries.load() if each.slug == "mexico")
SETTINGS = DialplanSettings(version="1")
THREE, FIVE, SEVEN = (render([replace(MEXICO, connect_key=key)], SETTINGS) for key in "357")
Put = Callable[..., Plan]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "discador"
    folder.mkdir()
    return folder / "discador.conf"


@pytest.fixture
def pbx(path: Path) -> Pbx:
    return Pbx(path)


def now_or_never(work: Any) -> Any:
    out: list[Any] = []
    ensureDeferred(work).addBoth(out.append)
    if hasattr(out[0], "raiseException"):
        out[0].raiseException()
    return out[0]


@pytest.fixture
def put(pbx: Pbx, path: Path) -> Put:
    """Apply; give what that came to, or raise."""
    return lambda text, now=NOW: now_or_never(apply(text, Folder(path=path), pbx.ask, name=NAME, now=now))


def test_what_is_listed_as_rendered_is_in_force(put: Put, pbx: Pbx, path: Path) -> None:
    assert len(put(OLD).contexts) == 2

    assert path.read_text() == OLD
    assert pbx.asked[-5:] == ["GetConfig", "GetConfig", "Reload", "ShowDialPlan", "ShowDialPlan"]
    assert not put(NEW).same
    assert path.read_text() == NEW
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_in_force_already_is_not_reloaded(put: Put, pbx: Pbx, path: Path) -> None:
    put(OLD)
    pbx.asked.clear()
    before = path.stat().st_mtime_ns

    assert put(OLD).same

    assert "Reload" not in pbx.asked
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("spoilt", ["file", "running", "read"])
def test_unless_file_and_running_and_what_is_read_are_all_the_same(
    put: Put, pbx: Pbx, path: Path, spoilt: str
) -> None:
    put(OLD)
    if spoilt == "file":
        path.write_text(NEW)
    elif spoilt == "running":
        pbx.running = {}
    else:
        pbx.reads = lambda contexts: {} if pbx.asked.count("GetConfig") == 3 else contexts

    assert not put(OLD).same
    assert path.read_text() == OLD
    assert list(pbx.running) == ["menu", "keys"]


def test_looking_changes_nothing(pbx: Pbx, put: Put, path: Path) -> None:
    put(THREE)
    pbx.asked.clear()

    plan = now_or_never(look(FIVE, pbx.ask, NOW))

    assert plan.changes[0] == "[discador_mexico_offer]"
    assert not {"Reload", "GetConfig"} & set(pbx.asked)
    assert path.read_text() == THREE
    assert now_or_never(look(THREE, pbx.ask, NOW)).changes == []


# What Asterisk reads is not what was rendered: nothing is reloaded


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        (lambda contexts: {}, "context menu is missing"),
        (without("menu", 3), "context menu: extension s priority 3 is missing"),
        (lambda contexts: read("[menu]\nexten => s,1,Hangup()\n"), "should be Answer"),
    ],
    ids=["empty", "truncated", "wrong"],
)
def test_a_file_that_arrives_otherwise_is_put_back_without_a_reload(
    put: Put, pbx: Pbx, path: Path, reads: Any, told: str
) -> None:
    put(OLD)
    pbx.reads, reloads, running = reads, len(pbx.seen), pbx.running

    with pytest.raises(ArrivedOtherwiseError, match=told) as refused:
        put(NEW)

    assert refused.value.details["before"] == "still in force, nothing was reloaded"
    assert path.read_text() == OLD
    assert len(pbx.seen) == reloads
    assert pbx.running is running


@pytest.mark.parametrize("why", ["Config file not found", "Config file has invalid format"])
def test_a_file_that_asterisk_cannot_read_is_told_with_what_to_look_at(
    put: Put, pbx: Pbx, path: Path, why: str
) -> None:
    put(OLD)
    pbx.fails["GetConfig"] = RefusedError(action="GetConfig", why=why)

    with pytest.raises(NotSeenError) as refused:
        put(NEW)

    assert refused.value.sentence() == (
        f"Asterisk cannot read {NAME} in its configuration folder ({why}): may its user read {path} and "
        "every folder above it, and is dialplan.included_as its name there? "
        "The dialplan of before is still in force, nothing was reloaded."
    )
    assert path.read_text() == OLD
    assert len(pbx.seen) == 1


def test_who_may_not_look_before_still_reads_back_after(put: Put, pbx: Pbx, path: Path) -> None:
    pbx.fails["GetConfig"] = RefusedError(action="GetConfig", why="Permission denied")

    assert not put(OLD).same
    assert put(OLD).same
    pbx.takes = without("menu", 3)
    with pytest.raises(NotInForceError):
        put(NEW)
    assert path.read_text() == OLD


# What Asterisk runs is not what was rendered: the old one is reloaded


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

    with pytest.raises(NotIncludedError, match=r"#tryinclude .* either: context menu"):
        put(NEW)

    assert path.read_text() == OLD


def test_a_file_that_nobody_includes_is_told_with_the_line_to_add(put: Put, pbx: Pbx, path: Path) -> None:
    pbx.included = False

    with pytest.raises(NotIncludedError, match=rf"#tryinclude {NAME} into extensions\.conf.*still in force"):
        put(NEW)

    assert list(path.parent.iterdir()) == []
    assert pbx.seen == []


def test_a_reload_that_takes_nothing_of_it_is_told_so_too(put: Put, pbx: Pbx, path: Path) -> None:
    pbx.fails["GetConfig"] = RefusedError(action="GetConfig", why="Permission denied")
    pbx.takes = lambda contexts: {}

    with pytest.raises(NotIncludedError, match=rf"#tryinclude {NAME} into extensions\.conf"):
        put(NEW)

    assert list(path.parent.iterdir()) == []
    assert pbx.seen == [NEW.encode(), None]


def test_a_file_that_was_lost_is_written_anew_from_what_runs(put: Put, pbx: Pbx, path: Path) -> None:
    put(THREE)
    running = pbx.running
    path.unlink()
    pbx.takes = lambda contexts: contexts if read(THREE).keys() == contexts.keys() else {}

    with pytest.raises(NotIncludedError, match="in force again"):
        put(FIVE)

    assert read(path.read_text()) == running


@pytest.mark.parametrize(
    "old", [b"#include other.conf\n[menu]\nexten => s,1,NoOp()\n", b"[menu]\n; Jos\xe9\n"]
)
def test_a_file_that_we_cannot_read_is_put_back_and_reloaded_all_the_same(
    put: Put, pbx: Pbx, path: Path, old: bytes
) -> None:
    path.write_bytes(old)
    pbx.takes = without("menu", 3)

    with pytest.raises(NotInForceError, match="put back and reloaded, not compared"):
        put(NEW)

    assert path.read_bytes() == old
    assert pbx.seen[-1] == old


def test_an_empty_file_of_before_is_an_empty_file_again(put: Put, pbx: Pbx, path: Path) -> None:
    path.write_bytes(b"")
    pbx.takes = without("menu", 3)

    with pytest.raises(NotInForceError):
        put(NEW)

    assert path.read_bytes() == b""


def test_a_reload_that_is_refused(put: Put, pbx: Pbx, path: Path) -> None:
    put(OLD)
    pbx.fails["Reload"] = RefusedError(action="Reload", why="Permission denied")

    with pytest.raises(NotInForceError, match=r"refused Reload: Permission denied.* not in force either"):
        put(NEW)

    assert path.read_text() == OLD


@pytest.mark.parametrize("action", ["ShowDialPlan", "CoreShowChannels"])
def test_who_cannot_know_what_runs_writes_nothing(put: Put, pbx: Pbx, path: Path, action: str) -> None:
    put(OLD)
    pbx.fails[action] = OutcomeUnknownError(action=action, why="the link was lost")

    with pytest.raises(OutcomeUnknownError, match=f"What became of {action} cannot be known"):
        put(NEW)

    assert path.read_text() == OLD


def test_what_we_could_not_read_back_is_not_written(put: Put, pbx: Pbx, path: Path) -> None:
    with pytest.raises(UnreadableDialplanError):
        put("[menu]\nexten => s,x,NoOp()\n")

    assert not path.exists()
    assert pbx.asked == []


def test_a_folder_that_may_not_be_written_is_told_before_anything_happens(
    put: Put, pbx: Pbx, path: Path
) -> None:
    path.parent.rmdir()

    with pytest.raises(NotWritableError, match="No such file or directory"):
        put(NEW)

    assert not {"Reload", "GetConfig"} & set(pbx.asked)


def test_a_file_that_cannot_be_put_back_is_told(put: Put, pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    def takes(contexts: dict[str, Any]) -> dict[str, Any]:
        monkeypatch.setattr(Path, "unlink", denied)
        return without("menu", 3)(contexts)

    pbx.takes = takes

    with pytest.raises(
        NotInForceError, match=r"priority 3 is missing.*in its place, for .*Permission denied"
    ):
        put(NEW)


# Versions


def channel(context: str, duration: str) -> Any:
    return events.CoreShowChannel(
        channel="PJSIP/x", uniqueid="1", channel_state=6, context=context, duration=duration
    )


def versions(pbx: Pbx) -> set[str]:
    return {context for context in pbx.running if is_versioned(context)}


def test_the_version_of_before_stays_for_those_who_are_in_it(put: Put, pbx: Pbx) -> None:
    put(THREE)
    three = versions(pbx)

    plan = put(FIVE)

    assert (plan.kept, plan.dropped) == (3, 0)
    assert versions(pbx) > three
    assert pbx.running["discador_mexico"] == read(FIVE)["discador_mexico"]


def test_and_goes_when_nobody_can_be_in_it_any_more(put: Put, pbx: Pbx, path: Path) -> None:
    put(THREE)
    put(FIVE)
    pbx.channels = [channel("discador_ask-01234567", "00:10:00"), channel("lab_agents", "02:00:00")]
    assert put(FIVE, NOW + 540).same

    pbx.channels = pbx.channels[1:]
    plan = put(FIVE, NOW + 540)

    assert (plan.kept, plan.dropped, plan.same) == (0, 3, False)
    assert path.read_text() == FIVE


def test_several_changes_in_a_row_keep_them_all(put: Put, pbx: Pbx) -> None:
    pbx.channels = [channel("discador_mexico-01234567", "01:00:00")]
    put(THREE)
    put(FIVE, NOW + 10)
    put(SEVEN, NOW + 20)

    assert len(versions(pbx)) == 4 + 3 * 3
    assert [bundle.since - NOW for bundle in register(pbx.running) if bundle.since] == [20, 10]

    assert put(THREE, NOW + 30).kept == 6
    assert len(versions(pbx)) == 4 + 3 * 3


def test_a_failed_change_leaves_every_version_where_it_was(put: Put, pbx: Pbx) -> None:
    put(THREE)
    put(FIVE)
    running = dict(pbx.running)
    new = (versions_of(SEVEN) - versions_of(FIVE)).pop()
    pbx.takes = lambda contexts: {name: steps for name, steps in contexts.items() if name != new}

    with pytest.raises(NotInForceError, match="in force again"):
        put(SEVEN)

    assert pbx.running == running


def versions_of(text: str) -> set[str]:
    return {context for context in read(text) if is_versioned(context)}
