"""The country files as values, and a small Asterisk of the tests' own that runs the rendered file."""

from __future__ import annotations

import contextlib
import importlib.resources
import math
import os
import queue
import shutil
import socket
import struct
import subprocess
import threading
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from fastagi_server.dialplan.render import render
from fastagi_server.dialplan.settings import DialplanSettings
from fastagi_server.dialplan.variables import HANDLER_VALUE, HANDLER_VARIABLE
from fastagi_server.dialplan.versions import public, unversioned
from fastagi_server.telephony.country import AmdNumbers, Answer, Country, Destination, Texts


def read_country(slug: str) -> Country:
    text = (
        importlib.resources.files("fastagi_server.defaults.countries")
        .joinpath(f"{slug}.yml")
        .read_text("utf-8")
    )
    fields = yaml.safe_load(text)
    return Country(
        **{
            **fields,
            "languages": tuple(fields["languages"]),
            "texts": Texts(**fields["texts"]),
            "amd": AmdNumbers(**fields["amd"]),
            "notsure": Answer(fields["notsure"]),
        }
    )


@pytest.fixture(scope="session")
def countries() -> tuple[Country, ...]:
    """Give a few whose outputs are kept; what holds for one country holds for the others."""
    return tuple(read_country(slug) for slug in ("mexico", "usa", "brasil", "haiti"))


@pytest.fixture(scope="session")
def every() -> tuple[Country, ...]:
    """Give all of them."""
    files = importlib.resources.files("fastagi_server.defaults.countries").iterdir()
    return tuple(
        read_country(name[:-4]) for name in sorted(file.name for file in files) if name[-4:] == ".yml"
    )


@pytest.fixture(scope="session")
def settings() -> DialplanSettings:
    return DialplanSettings(version="0-golden", destinations={"mexico": Destination(context="ventas-mx")})


Event = dict[str, str]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Manager:
    """A blocking AMI client, just enough to watch calls; events carry the instant they came."""

    def __init__(self, port: int) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), 5)
        self.wire.settimeout(None)
        self.events: queue.Queue[Event] = queue.Queue()
        self.kept: list[Event] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.send(Action="Login", Username="lab", Secret="lab")
        assert self.wait(lambda event: event.get("ActionID") == "Login")["Response"] == "Success"

    def close(self) -> None:
        self.wire.shutdown(socket.SHUT_RDWR)
        self.reader.join(5)
        self.wire.close()

    def send(self, *more: str, **headers: str) -> None:
        lines = [f"{name}: {value}" for name, value in {"ActionID": headers["Action"], **headers}.items()]
        self.wire.sendall("\r\n".join([*lines, *more, "", ""]).encode())

    def wait(self, wanted: Callable[[Event], bool], seconds: float = 15) -> Event:
        """Give the first event not yet seen that is wanted; what came before it is kept too."""
        until = time.monotonic() + seconds
        while True:
            try:
                event = self.events.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not within {seconds} s; last: {self.kept[-12:]}") from None
            self.kept.append(event)
            if wanted(event):
                return event

    def _receive(self) -> bytes:
        try:
            return self.wire.recv(65536)
        except OSError:
            return b""

    def _read(self) -> None:
        buffer = b""
        while chunk := self._receive():
            buffer += chunk
            *whole, buffer = buffer.split(b"\r\n\r\n")
            for block in whole:
                lines = block.decode("utf-8", "replace").split("\r\n")
                event = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
                self.events.put({**event, "at": str(time.monotonic())})


class Call:
    """One call through a rendered context, seen from AMI."""

    def __init__(self, manager: Manager, call: str) -> None:
        self.manager, self.call = manager, call

    def event(self, name: str, seconds: float = 15, **headers: str) -> Event:
        wanted = {"Event": name, "Uniqueid": self.call, **headers}

        def right(event: Event) -> bool:
            # A test names a context without its version.
            known_as = {**event, "Context": public(event.get("Context", ""))}
            return wanted.items() <= (known_as if "Context" in event else event).items()

        return self.manager.wait(right, seconds)

    def told(self, fact: str, seconds: float = 15) -> Event:
        return self.event("UserEvent", seconds, UserEvent="Discador", Fact=fact)

    def step(self, context: str, app: str, seconds: float = 15) -> Event:
        return self.event("Newexten", seconds, Context=context, Application=app)

    def press(self, digit: str) -> None:
        self.manager.send(Action="PlayDTMF", Channel=f"{self.call}-callee", Digit=digit, Duration="100")

    def hang_up(self) -> Event:
        """Let the callee hang up, and give the instant: the events of the two halves come in any order."""
        asked = {"at": str(time.monotonic())}
        self.manager.send(Action="Hangup", Channel=f"{self.call}-callee", Cause="16")
        return asked

    def kept_optout(self) -> str | None:
        """Give what AstDB holds for the call."""
        self.manager.send(Action="DBGet", Family="discador_optout", Key=self.call)
        answer = self.manager.wait(lambda event: event.get("ActionID") == "DBGet" and "Response" in event)
        if answer["Response"] != "Success":
            return None
        return self.manager.wait(lambda event: event.get("Event") == "DBGetResponse")["Val"]


class Lab:
    """An Asterisk with our rendered file and callees that say one word and wait."""

    def __init__(self, manager: Manager, text: str, file: Path) -> None:
        self.manager, self.text, self.file, self.calls = manager, text, file, 0

    def call(
        self, agi: str, context: str = "discador_mexico", callee: str = "human", exten: str = "s"
    ) -> Call:
        self.calls += 1
        call = f"{self.calls:026d}"
        self.manager.send(
            f"Variable: DISCADOR_AGI={agi}",
            f"Variable: {HANDLER_VARIABLE}={HANDLER_VALUE}",
            Action="Originate", Channel=f"Local/{callee}@callee/n", Context=context, Exten=exten,
            Priority="1", ChannelId=call, OtherChannelId=f"{call}-callee", Async="true", Timeout="5000",
        )  # fmt: skip
        return Call(self.manager, call)


def tone(path: Path, milliseconds: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = (int(9000 * math.sin(2 * math.pi * 300 * n / 8000)) for n in range(8 * milliseconds))
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


UNWANTED = (
    "chan_pjsip",
    "chan_iax2",
    "chan_unistim",
    "pbx_dundi",
    "pbx_ael",
    "pbx_lua",
    "res_ari",
    "res_hep",
)

CALLEES = """
[callee]
exten => human,1,Answer()
 same => n,Wait(0.3)
 same => n,Playback(lab/word)
 same => n,Wait(60)
exten => machine,1,Answer()
 same => n,Wait(0.3)
 same => n,Playback(lab/greeting)
 same => n,Wait(60)
exten => busy,1,Hangup(17)
exten => ringing,1,Ringing()
 same => n,Wait(60)

[ventas-mx]
exten => s,1,Wait(4)
 same => n,Hangup()

[asks]
exten => s,1,AGI(${DISCADOR_AGI}/asks)
 same => n,UserEvent(Discador,Fact: asked,Status: ${AGISTATUS})
 same => n,Wait(4)

[odd]
exten => s,1,NoOp(semi\\;colon, comma "quote")
exten => _X.,1(start),NoOp()
 same => n(second),Set(x=${FILTER(a-z,b)})
exten => 5,hint,Local/s@odd
exten => _[0-9*#A-D],1,Goto(s,1)
include => callee
"""

# The rendered subroutine with a shorter timeout, so that many calls can meet it at the very instant.
CLOSE = """
[close]
exten => s,1,Gosub(close_ask,key,1(x,y))
 same => n,UserEvent(Discador,Fact: back)
 same => n,Wait(1)
 same => n,UserEvent(Discador,Fact: stayed)

[hostile]
exten => s,1,AGI(${DISCADOR_AGI}/hostile)
"""
CAUSE = "${HANGUPCAUSE(${CHANNEL(name)},tech)}"


def variants(text: str) -> str:
    """Give the ask context with a short timeout, and the hangup handler with a phrase of anybody's."""
    parts = {unversioned(f"discador_{part.partition(']')[0]}"): part for part in text.split("[discador_")}
    handler = parts["discador_ended"].partition("\n")[2].partition("\n\n")[0]
    hostile = handler.replace("exten => s,1,", " same => n,").replace(CAUSE, "${HOSTILE}")
    ask = "[close_ask]" + parts["discador_ask"].partition("]")[2].replace("=1.5)", "=0.3)")
    assert "${HOSTILE}" in hostile
    assert "=0.3)" in ask
    return f"{CLOSE}{hostile}\n\n{ask}"


@pytest.fixture(scope="session")
def lab(every: tuple[Country, ...], settings: DialplanSettings, asterisk_root: Path) -> Iterator[Lab]:
    """Boot an Asterisk in a folder of its own in the chroot; all of it is removed afterwards."""
    quick = replace(read_country("mexico"), slug="short", offers=2, wait_seconds=1)
    countries = (*every, quick)
    text = render(countries, settings)
    home = asterisk_root / f"try-dialplan-{os.getpid()}"
    inside, port = f"/{home.name}", free_port()
    for country in countries:
        for name, milliseconds in (("identification", 600), ("optout", 600), ("offer", 800), ("thanks", 200)):
            tone(home / "data/sounds/discador" / country.slug / f"{name}.wav", milliseconds)
    tone(home / "data/sounds/lab/word.wav", 450)
    tone(home / "data/sounds/lab/greeting.wav", 6000)
    (home / "data/documentation").symlink_to("/usr/share/asterisk/documentation")
    folders = {
        name: f"{inside}/{name}" for name in ("etc", "data", "var", "run", "log", "spool", "db", "key", "agi")
    }
    for name in folders:
        (home / name).mkdir(exist_ok=True)
    ways = {
        "astetcdir": "etc", "astvarlibdir": "var", "astdbdir": "db", "astkeydir": "key", "astdatadir": "data",
        "astagidir": "agi", "astspooldir": "spool", "astrundir": "run", "astlogdir": "log",
    }  # fmt: skip
    directories = "".join(f"{name} => {folders[folder]}\n" for name, folder in ways.items())
    files = {
        "asterisk.conf": f"[directories]\n{directories}[options]\ntransmit_silence = yes\n",
        "modules.conf": "[modules]\nautoload=yes\n" + "".join(f"noload => {name}.so\n" for name in UNWANTED),
        "manager.conf": f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nport={port}\n"
        "[lab]\nsecret=lab\nread=system,call,dtmf,user,dialplan\nwrite=originate,call,reporting,system\n",
        "amd.conf": "[general]\n",
        "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose\n",
        "extensions.conf": "[general]\n#tryinclude discador/discador.conf\n" + CALLEES + variants(text),
        "discador/discador.conf": text,
    }  # fmt: skip
    for name, body in files.items():
        path = home / "etc" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(body, encoding="utf-8")
    command = ["chroot", asterisk_root, "asterisk", "-f", "-vvv", "-C", f"{inside}/etc/asterisk.conf"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                manager = Manager(port)
                break
            assert process.poll() is None, "Asterisk has ended"
            assert time.monotonic() < until, "Asterisk is not up after 30 s"
            time.sleep(0.1)
        with contextlib.closing(manager):
            manager.wait(lambda event: event.get("Event") == "FullyBooted", 30)
            yield Lab(manager, text, home / "etc/discador/discador.conf")
    finally:
        process.terminate()
        process.wait(20)
        if not os.environ.get("DISCADOR_KEEP_LAB"):
            shutil.rmtree(home)
