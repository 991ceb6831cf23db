"""Tells on standard error why a command did not do what it was asked: people, or programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import click

from fastagi_server.console.codes import Code, of_error
from fastagi_server.console.errors import CannotWriteError
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony.errors import DiscadorError
from fastagi_server.telephony.frames import Failed


def wants_json(argv: Sequence[str]) -> bool:
    """Say whether a program asked; the command line may be wrong in every other way."""
    options = argv[: argv.index("--")] if "--" in argv else argv
    return "--json" in options


def tell(tongue: Tongue, error: DiscadorError | Failed, *, as_json: bool) -> Code:
    """Tell an error, our own or a service's, and give its exit code."""
    if isinstance(error, Failed):
        sentence = tongue.sentence(error.code, error.details, error.message)
    else:
        sentence = tongue.error(error)
    if as_json:
        _tell_programs(error.code, sentence, error.details)
    else:
        click.echo(tongue.say("error", sentence=sentence), err=True)
    return of_error(error.code)


def tell_unprinted(tongue: Tongue, error: OSError, *, as_json: bool) -> Code:
    """Tell that what was to be printed has no place where standard output goes."""
    why = error.strerror or str(error)
    return tell(tongue, CannotWriteError(path=tongue.say("output"), why=why), as_json=as_json)


def tell_click(error: click.ClickException, *, as_json: bool) -> int:
    """Tell what is wrong with the command line itself; without any command the help is shown as it is."""
    if as_json:
        _tell_programs("UsageError", error.format_message(), {})
    else:
        error.show()
    return error.exit_code


def _tell_programs(code: str, message: str, details: dict[str, Any]) -> None:
    told = {"error": code, "message": message, "details": details}
    click.echo(json.dumps(told, ensure_ascii=False, default=plain), err=True)


def plain(value: Any) -> object:
    """Give what JSON does not know as it knows it: a value by its parts, a path by its name."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
