from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastagi_server.loadtest import programs
from fastagi_server.loadtest.errors import NotReadyError, ProgramFailedError
from fastagi_server.loadtest.programs import Program

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)\n"


def sleeper(folder: Path, *, code: str = "") -> Program:
    mark = f"{folder}/mark"
    argv = (sys.executable, "-c", f"{code}\nimport time; time.sleep(60)", mark)
    return Program(name="sleeper", argv=argv, mark=mark, pid_file=folder / "pid", log=folder / "log")


def test_what_a_program_prints_comes_back() -> None:
    assert programs.run("cat", stdin="¿Bueno?") == "¿Bueno?"


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(ProgramFailedError, match=r"^sh -c .* ended with 3: no such thing\.$"):
        programs.run("sh", "-c", "echo no such thing >&2; exit 3")


def test_a_program_outlives_its_start_and_is_known_by_its_mark(tmp_path: Path) -> None:
    program = sleeper(tmp_path)

    pid = programs.start(program)
    try:
        assert programs.pid_of(program) == pid
        assert os.getsid(pid) != os.getsid(0)
    finally:
        programs.end(program)

    assert programs.pid_of(program) is None
    assert not program.pid_file.exists()


def test_one_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    program = sleeper(tmp_path, code=STUBBORN)
    programs.start(program)
    programs.wait_until(lambda: "deaf" in program.log.read_text(), program)

    programs.end(program, patience=0.2)

    assert programs.pid_of(program) is None


def test_a_pid_that_became_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    program = sleeper(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as other:
        program.pid_file.write_text(str(other.pid))

        programs.end(program)

        assert other.poll() is None
        other.kill()


def test_what_never_comes_up_is_told_with_its_log(tmp_path: Path) -> None:
    program = sleeper(tmp_path)
    program.log.write_text("one\ntwo\nno such port\n")

    with pytest.raises(NotReadyError, match=r"sleeper did not come up in 0 s; .* two / no such port"):
        programs.wait_until(lambda: False, program, patience=0.1)


def test_a_command_is_missing_when_no_folder_holds_it(tmp_path: Path) -> None:
    (tmp_path / "sox").touch()

    assert programs.commands_missing(["sox", "espeak-ng"], [tmp_path / "none", tmp_path]) == ["espeak-ng"]
