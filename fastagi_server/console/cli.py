"""The commands and their options; the sentences are the tongue's, the deeds are the actions'."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from fastagi_server.config.settings import Language
from fastagi_server.console import (
    called,
    cli_asterisks,
    cli_campaigns,
    cli_config,
    cli_numbers,
    cli_optouts,
    cli_pacing,
    cli_trunks,
    clicks,
    commands,
    completing,
    failing,
    plans,
)
from fastagi_server.console.actions import Actions
from fastagi_server.console.codes import Code
from fastagi_server.console.completing import Opening
from fastagi_server.console.pages import Sections, dress
from fastagi_server.console.session import Session
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.errors import DiscadorError

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
# Why a device takes no more.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
# What cannot be read or written is told by us, in the reader's language.
_FILE = click.Path(path_type=Path, readable=False)


def run(argv: Sequence[str], env: Mapping[str, str], actions: Actions, clock: Clock) -> int:
    """Run one command line and give its exit code: 0 done, 1 not done, 2 asked wrongly, 130 interrupted."""
    argv = [as_text(arg) for arg in argv]
    opening = Opening(env=env, actions=actions, clock=clock)
    language = _language(argv, opening)
    as_json = failing.wants_json(argv)
    sessions: list[Session] = []
    with clicks.speaking(language):
        command = build(Tongue(language), sessions)
        try:
            code = command.main(args=list(argv), prog_name="discador", standalone_mode=False, obj=opening)
        except click.ClickException as error:
            return failing.tell_click(error, as_json=as_json)
        except click.Abort:
            return Code.INTERRUPTED
        except DiscadorError as error:
            tongue = sessions[0].tongue if sessions else Tongue(language)
            return failing.tell(tongue, error, as_json=as_json)
        except OSError as error:
            # What is printed goes to a file without a name of its own; a pipe's end is click's affair.
            if error.filename is not None or error.errno not in _FULL:
                raise
            return failing.tell_unprinted(Tongue(language), error, as_json=as_json)
    return code if isinstance(code, int) else 0


def build(tongue: Tongue, sessions: list[Session]) -> Sections:
    """Make the command with its help in one language; the session of a run is put into the list."""
    say = tongue.say

    @click.group(cls=Sections, help=say("help"))
    @click.version_option(package_name="discador")
    @click.option("--config", type=_FILE, help=say("help.config"))
    @click.option("--lang", type=click.Choice(["en", "es", "pt"]), help=say("help.lang"))
    @click.pass_context
    def discador(context: click.Context, config: Path | None, lang: str | None) -> None:
        opening: Opening = context.obj
        context.obj = opening.open(config, lang or "")
        sessions.append(context.obj)

    json_option = click.option("--json", "as_json", is_flag=True, help=say("help.json"))
    _calling(discador, say, json_option)
    _keeping(discador, say, json_option)
    cli_numbers.add(discador, say, json_option)
    cli_optouts.add(discador, say, json_option)
    cli_campaigns.add(discador, say, json_option)
    cli_pacing.add(discador, say, json_option)
    cli_asterisks.add(discador, say, json_option)
    cli_config.add(discador, say, json_option)
    cli_trunks.add(discador, say, json_option)
    _completing(discador, say)
    dress(discador, tongue)
    return discador


def _calling(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add the commands that talk to Asterisk."""
    session = click.pass_obj

    @discador.command(help=say("help.serve"))
    @session
    def serve(known: Session) -> None:
        commands.serve(known)

    @discador.command(help=say("help.call"))
    @click.argument("number")
    @click.option("--country", default="", help=say("help.call.country"), shell_complete=completing.countries)
    @click.option("--trunk", default="", help=say("help.call.trunk"), shell_complete=completing.ways)
    @click.option("--callerid", default="", help=say("help.call.callerid"))
    @click.option("--campaign", default="manual", show_default=True, help=say("help.call.campaign"))
    @json_option
    @session
    def call(known: Session, /, *, as_json: bool, **asked: Any) -> int:
        return commands.call(known, as_json=as_json, **asked)

    @discador.command("render", help=say("help.render"))
    @click.option("--output", type=_FILE, help=say("help.render.output"))
    @click.option("--check", "look", is_flag=True, help=say("help.render.check"))
    @click.argument("file", type=_FILE, required=False)
    @json_option
    @session
    def render_command(
        known: Session, /, *, output: Path | None, look: bool, file: Path | None, as_json: bool
    ) -> int:
        if look and output is None:
            return plans.check(known, file, as_json=as_json)
        if look or file or as_json:
            raise click.UsageError(say("render.usage"))
        plans.render(known, output)
        return Code.DONE

    @discador.command(help=say("help.apply"))
    @click.option("--dry-run", is_flag=True, help=say("help.apply.dry_run"))
    @json_option
    @session
    def apply(known: Session, /, *, dry_run: bool, as_json: bool) -> None:
        plans.apply(known, dry_run=dry_run, as_json=as_json)

    @discador.command(help=say("help.check"))
    @json_option
    @session
    def check(known: Session, /, *, as_json: bool) -> int:
        return commands.check(known, as_json=as_json)


def _keeping(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add the commands that talk to the store."""
    session = click.pass_obj

    @discador.group(help=say("help.db"))
    def db() -> None:
        pass

    @db.command(help=say("help.db.upgrade"))
    @json_option
    @session
    def upgrade(known: Session, /, *, as_json: bool) -> None:
        commands.upgrade(known, as_json=as_json)

    @discador.command(help=say("help.calls"))
    @click.option("--limit", type=click.IntRange(1, 10_000), default=20, help=say("help.calls.limit"))
    @click.option(
        "--campaign", default="", help=say("help.calls.campaign"), shell_complete=completing.campaigns
    )
    @click.option("--number", default="", help=say("help.calls.number"))
    @click.option("--since", default="", help=say("help.calls.since"))
    @click.option(
        "--outcome", type=click.Choice([str(each) for each in Disposition]), help=say("help.calls.outcome")
    )
    @json_option
    @session
    def calls(known: Session, /, *, outcome: str | None, **asked: Any) -> None:
        called.listed(known, outcome=outcome or "", **asked)

    @discador.command(help=say("help.optouts"))
    @json_option
    @session
    def optouts(known: Session, /, *, as_json: bool) -> None:
        commands.optouts_list(known, as_json=as_json)


def _completing(discador: click.Group, say: Say) -> None:
    @discador.command(help=say("help.completion"))
    @click.argument("shell", type=click.Choice(completing.SHELLS))
    def completion(shell: str) -> None:
        click.echo(completing.script(shell, discador), nl=False)


def as_text(arg: str) -> str:
    """Give an argument as text: the bytes of a terminal that speaks no UTF-8 would be kept by no store.

    What names a file stays as it is, or the file would not be found.
    """
    try:
        arg.encode()
    except UnicodeEncodeError:
        return arg if os.path.lexists(arg) else os.fsencode(arg).decode("cp1252", "replace")
    return arg


def _language(argv: Sequence[str], opening: Opening) -> Language:
    """Give the language of the help before the command line is read, found as a command's own is."""
    joined = (arg.partition("=") for arg in argv)
    given = {"--lang": "", "--config": ""}
    for asked, value in (*pairwise(argv), *((name, value) for name, _, value in joined)):
        if asked in given and not given[asked] and (asked == "--config" or value in set(Language)):
            given[asked] = value
    config = given["--config"]
    return opening.open(Path(config) if config else None, given["--lang"]).tongue.language


def main(actions: Actions, env: Mapping[str, str], clock: Clock) -> None:
    """Run the process's own command line."""
    sys.exit(run(sys.argv[1:], env, actions, clock))
