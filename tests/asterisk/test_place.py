from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from fastagi_server.asterisk.place import Folder, Hooked, HookFailedError, NotWritableError, Place, write

OLD, NEW = b"; old\n", b"; new\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "discador"
    folder.mkdir()
    return folder / "discador.conf"


def put(place: Place, data: bytes | None) -> None:
    out: list[Any] = []
    ensureDeferred(place.put(data)).addBoth(out.append)  # type: ignore[arg-type]
    if hasattr(out[0], "raiseException"):
        out[0].raiseException()


def test_nothing_is_what_was_there_before_anything_was(path: Path) -> None:
    assert Folder(path=path).contents() is None
    put(Folder(path=path), NEW)
    assert Folder(path=path).contents() == NEW
    put(Folder(path=path), None)
    assert list(path.parent.iterdir()) == []


def test_no_folder_to_write_into(path: Path) -> None:
    path.parent.rmdir()

    with pytest.raises(NotWritableError) as refused:
        put(Folder(path=path), NEW)

    assert refused.value.sentence() == (
        f"{path} cannot be written: No such file or directory. "
        "The user who runs Discador must own the folder."
    )


def test_a_folder_that_may_not_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    path.write_bytes(OLD)
    monkeypatch.setattr("tempfile.mkstemp", denied)  # the tests may run as root, who may write everywhere

    with pytest.raises(NotWritableError, match=r"discador\.conf cannot be written: Permission denied"):
        put(Folder(path=path), NEW)

    monkeypatch.undo()
    assert path.read_bytes() == OLD


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()

    with pytest.raises(NotWritableError, match="Is a directory"):
        Folder(path=path).contents()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path.write_bytes(OLD)
    monkeypatch.setattr("os.fsync" if step == "fsync" else "pathlib.Path.replace", full)

    with pytest.raises(NotWritableError, match="No space left on device"):
        write(path, NEW)

    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == {path.name: OLD}


def test_a_reader_never_sees_half(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    real = Path.replace

    def watched(new: Path, to: Path) -> Path:
        seen.extend((to.read_bytes(), new.read_bytes()))
        return real(new, to)

    path.write_bytes(OLD)
    monkeypatch.setattr(Path, "replace", watched)
    write(path, NEW)

    assert seen == [OLD, NEW]
    assert path.read_bytes() == NEW


def test_asterisk_may_read_what_was_written(path: Path) -> None:
    write(path, b"x")

    assert path.stat().st_mode & 0o777 == 0o644


# The hook


async def here(work: Callable[[], None]) -> None:
    work()


def hooked(path: Path, *command: str, seconds: float = 20.0) -> Hooked:
    return Hooked(path=path, command=command, seconds=seconds, in_thread=here)


def test_a_hook_finds_the_file_by_its_path_and_on_its_input(path: Path, tmp_path: Path) -> None:
    far = tmp_path / "far away.conf"  # no shell: a blank stays in its word
    put(hooked(path, "cp", "{file}", str(far)), NEW)
    assert far.read_bytes() == path.read_bytes() == NEW

    put(hooked(path, "tee", str(far)), OLD)
    assert far.read_bytes() == OLD


def test_no_file_at_all_is_an_empty_one_on_the_other_side(path: Path, tmp_path: Path) -> None:
    far = tmp_path / "far.conf"
    put(hooked(path, "cp", "{file}", str(far)), None)

    assert far.read_bytes() == b""


SAYS = "import sys; sys.stderr.write('pbx: no route\\x1b[31m to host\\n'); sys.exit(255)"


@pytest.mark.parametrize(
    ("command", "why", "said"),
    [
        (("false",), "exit code 1", "it said nothing"),
        ((sys.executable, "-c", SAYS), "exit code 255", "pbx: no route [31m to host"),
        (("no-such-command-anywhere", "{file}"), "No such file or directory", "it said nothing"),
    ],
)
def test_a_hook_that_fails_is_told_and_what_it_was_to_take_counts_as_not_put(
    path: Path, command: tuple[str, ...], why: str, said: str
) -> None:
    path.write_bytes(OLD)

    with pytest.raises(HookFailedError) as failed:
        put(hooked(path, *command), NEW)

    assert (failed.value.details["why"], failed.value.details["said"]) == (why, said)
    assert path.read_bytes() == OLD


def test_a_hook_that_never_ends_is_ended_with_all_that_it_started(path: Path, tmp_path: Path) -> None:
    late = tmp_path / "late"
    began = time.monotonic()

    with pytest.raises(HookFailedError, match=r"not done within 0\.3 s"):
        put(hooked(path, "sh", "-c", f"(sleep 1; touch {late}) & wait", seconds=0.3), NEW)

    assert time.monotonic() - began < 0.9
    time.sleep(1.2)  # long enough for what it started, if that had outlived it
    assert not late.exists()
    assert not path.exists()


def test_a_link_that_stands_beside_it_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(OLD)
    path.with_name(f".{path.name}.new").symlink_to(victim)

    write(path, NEW)

    assert (victim.read_bytes(), path.read_bytes(), path.is_symlink()) == (OLD, NEW, False)


def test_many_writers_at_once_leave_one_whole_file(path: Path) -> None:
    texts = [bytes([65 + number]) * 200_000 for number in range(8)]
    writers = [threading.Thread(target=write, args=[path, text]) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert path.read_bytes() in texts
    assert list(path.parent.glob(".*")) == []
