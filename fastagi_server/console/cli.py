"""The commands and their options; the sentences are the tongue's, the deeds are the actions'."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from fastagi_server.config import language
from fastagi_server.config.settings import Language
from fastagi_server.console import cli_campaigns, cli_config, cli_numbers, commands, plans
from fastagi_server.console.actions import Actions
from fastagi_server.console.codes import Code, of_error
from fastagi_server.console.session import Session
from fastagi_server.console.tongue import Tongue
from fastagi_server.telephony.clock import Clock
from fastagi_server.telephony.errors import DiscadorError

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
# What cannot be read or written is told by us, in the reader's language.
_FILE = click.Path(path_type=Path, readable=False)


def run(argv: Sequence[str], env: Mapping[str, str], actions: Actions, clock: Clock) -> int:
    """Run one command line and give its exit code: 0 done, 1 not done, 2 asked wrongly, 130 interrupted."""
    command = build(Tongue(_language(argv, env)), env, actions, clock)
    session: list[Session] = []
    try:
        code = command.main(args=list(argv), prog_name="discador", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return Code.INTERRUPTED
    except DiscadorError as error:
        tongue = session[0].tongue if session else Tongue(_language(argv, env))
        click.echo(tongue.say("error", sentence=tongue.error(error)), err=True)
        return of_error(error.code)
    return code if isinstance(code, int) else 0


def build(tongue: Tongue, env: Mapping[str, str], actions: Actions, clock: Clock) -> click.Group:
    """Make the command with its help in one language."""
    say = tongue.say

    @click.group(help=say("help"))
    @click.version_option(package_name="discador")
    @click.option("--config", type=_FILE, help=say("help.config"))
    @click.option("--lang", type=click.Choice(["en", "es", "pt"]), help=say("help.lang"))
    @click.pass_context
    def discador(context: click.Context, config: Path | None, lang: str | None) -> None:
        kept: list[Session] = context.obj
        kept[:] = [Session(config, env, lang or "", actions, clock)]
        context.obj = kept[0]

    json_option = click.option("--json", "as_json", is_flag=True, help=say("help.json"))
    _calling(discador, say, json_option)
    _keeping(discador, say, json_option)
    cli_numbers.add(discador, say, json_option)
    cli_campaigns.add(discador, say, json_option)
    cli_config.add(discador, say, json_option)
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
    @click.option("--country", default="", help=say("help.call.country"))
    @click.option("--trunk", default="", help=say("help.call.trunk"))
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
    @session
    def render_command(known: Session, /, *, output: Path | None, look: bool, file: Path | None) -> int:
        if look and output is None:
            return plans.check(known, file)
        if look or file:
            raise click.UsageError(say("render.usage"))
        plans.render(known, output)
        return Code.DONE

    @discador.command(help=say("help.apply"))
    @click.option("--dry-run", is_flag=True, help=say("help.apply.dry_run"))
    @session
    def apply(known: Session, /, *, dry_run: bool) -> None:
        plans.apply(known, dry_run=dry_run)

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
    @session
    def upgrade(known: Session) -> None:
        commands.upgrade(known)

    @discador.command(help=say("help.calls"))
    @click.option("--limit", type=click.IntRange(1, 10_000), default=20, help=say("help.calls.limit"))
    @json_option
    @session
    def calls(known: Session, /, *, limit: int, as_json: bool) -> None:
        commands.calls_list(known, limit=limit, as_json=as_json)

    @discador.command(help=say("help.optouts"))
    @json_option
    @session
    def optouts(known: Session, /, *, as_json: bool) -> None:
        commands.optouts_list(known, as_json=as_json)


def _language(argv: Sequence[str], env: Mapping[str, str]) -> Language:
    """Give the language of the help before the command line is read: --lang, else the environment's."""
    joined = (arg.partition("=") for arg in argv)
    for asked, value in (*pairwise(argv), *((name, value) for name, _, value in joined)):
        if asked == "--lang" and value and value in set(Language):
            return Language(value)
    return language.of_environment(env)


def main(actions: Actions, env: Mapping[str, str], clock: Clock) -> None:
    """Run the process's own command line."""
    sys.exit(run(sys.argv[1:], env, actions, clock))
