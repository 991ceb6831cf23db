"""The commands about numbers: what one is, and which of them are ours to show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import choosing, completing, dids, importing, noticing, numbers, resting, retiring
from fastagi_server.console.said import said
from fastagi_server.console.session import Session
from fastagi_server.telephony.country import MAX_CAP

Say = Callable[..., str]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
_FILE = click.Path(path_type=Path, readable=False)


def add(discador: click.Group, say: Say, json_option: Option) -> None:
    """Add `number` and `did`."""

    @discador.command(help=say("help.number"))
    @click.argument("text", nargs=-1, required=True)
    @json_option
    @click.pass_obj
    def number(known: Session, /, *, text: tuple[str, ...], as_json: bool) -> int:
        return numbers.number(known, text, as_json=as_json)

    @discador.group(help=say("help.did"))
    def did() -> None:
        pass

    _reading(did, say, json_option)
    _writing(did, say, json_option)
    _retiring(did, say, json_option)
    _resting(did, say, json_option)
    _telling(discador, did, say, json_option)


def _reading(did: click.Group, say: Say, json_option: Option) -> None:
    @did.command("list", help=say("help.did.list"))
    @click.option(
        "--country", default="", help=say("help.did.of_country"), shell_complete=completing.countries
    )
    @click.option("--retired", is_flag=True, help=say("help.did.list.retired"))
    @json_option
    @click.pass_obj
    def list_command(known: Session, /, **asked: Any) -> None:
        dids.inventory(known, **asked)

    @did.command(help=say("help.did.usage"))
    @click.option(
        "--country", default="", help=say("help.did.of_country"), shell_complete=completing.countries
    )
    @json_option
    @click.pass_obj
    def usage(known: Session, /, **asked: Any) -> None:
        dids.usage(known, **asked)


def _writing(did: click.Group, say: Say, json_option: Option) -> None:
    @did.command("import", help=say("help.did.import"))
    @click.argument("file", type=_FILE)
    @click.option(
        "--country", default="", help=say("help.did.import.country"), shell_complete=completing.countries
    )
    @click.option("--lab", is_flag=True, help=say("help.did.import.lab"))
    @click.option("--skip-bad", is_flag=True, help=say("help.did.import.skip_bad"))
    @json_option
    @click.pass_obj
    def import_command(known: Session, /, *, file: Path, **asked: Any) -> int:
        return importing.take(known, file, **asked)

    @did.command(help=say("help.did.limit"))
    @click.argument("country", shell_complete=completing.countries)
    @click.argument("cap", type=click.IntRange(0, MAX_CAP))
    @click.option("--who", required=True, callback=said, help=say("help.did.who"))
    @json_option
    @click.pass_obj
    def limit(known: Session, /, **asked: Any) -> None:
        dids.limit(known, **asked)

    @did.command(help=say("help.did.reset"))
    @click.argument("country", shell_complete=completing.countries)
    @click.option("--who", required=True, callback=said, help=say("help.did.who"))
    @click.option("--why", required=True, callback=said, help=say("help.did.why"))
    @json_option
    @click.pass_obj
    def reset(known: Session, /, **asked: Any) -> None:
        dids.reset(known, **asked)


def _retiring(did: click.Group, say: Say, json_option: Option) -> None:
    @did.command(help=say("help.did.retire"))
    @click.argument("numbers", nargs=-1)
    @click.option("--file", type=_FILE, help=say("help.did.retire.file"))
    @click.option(
        "--country", default="", help=say("help.did.of_country"), shell_complete=completing.countries
    )
    @json_option
    @click.pass_obj
    def retire(known: Session, /, *, as_json: bool, **asked: Any) -> None:
        retiring.retire(known, retiring.Which(**asked), as_json=as_json)

    @did.command(help=say("help.did.restore"))
    @click.argument("numbers", nargs=-1)
    @click.option("--file", type=_FILE, help=say("help.did.retire.file"))
    @click.option(
        "--country", default="", help=say("help.did.of_country"), shell_complete=completing.countries
    )
    @click.option("--lab/--no-lab", default=None, help=say("help.did.restore.lab"))
    @json_option
    @click.pass_obj
    def restore(known: Session, /, *, lab: bool | None, as_json: bool, **asked: Any) -> None:
        retiring.restore(known, retiring.Which(**asked), lab=lab, as_json=as_json)


def _resting(did: click.Group, say: Say, json_option: Option) -> None:
    def which(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option(
            "--country", default="", help=say("help.did.of_country"), shell_complete=completing.countries
        )(command)
        command = click.option("--file", type=_FILE, help=say("help.did.retire.file"))(command)
        return click.argument("numbers", nargs=-1)(command)

    def how_long(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option("--why", required=True, callback=said, help=say("help.did.why"))(command)
        command = click.option("--until", default="", help=say("help.did.rest.until"))(command)
        return click.option("--for", "span", default="", help=say("help.did.rest.for"))(command)

    @did.command(help=say("help.did.rest"))
    @which
    @how_long
    @json_option
    @click.pass_obj
    def rest(known: Session, /, *, span: str, until: str, why: str, as_json: bool, **asked: Any) -> None:
        told = retiring.Which(**asked)
        resting.rest(known, told, span=span, until=until, why=why, as_json=as_json)

    @did.command(help=say("help.did.quarantine"))
    @which
    @how_long
    @json_option
    @click.pass_obj
    def quarantine(
        known: Session, /, *, span: str, until: str, why: str, as_json: bool, **asked: Any
    ) -> None:
        told = retiring.Which(**asked)
        resting.quarantine(known, told, span=span, until=until, why=why, as_json=as_json)

    @did.command(help=say("help.did.release"))
    @which
    @json_option
    @click.pass_obj
    def release(known: Session, /, *, as_json: bool, **asked: Any) -> None:
        resting.release(known, retiring.Which(**asked), as_json=as_json)


def _telling(discador: click.Group, did: click.Group, say: Say, json_option: Option) -> None:
    @did.command(help=say("help.did.explain"))
    @click.argument("what", metavar="CALL|NUMBER")
    @click.option(
        "--country", default="", help=say("help.did.of_country"), shell_complete=completing.countries
    )
    @json_option
    @click.pass_obj
    def why(known: Session, /, *, what: str, country: str, as_json: bool) -> None:
        choosing.explain(known, what, country=country, as_json=as_json)

    @discador.command(help=say("help.notices"))
    @click.option("--limit", type=click.IntRange(1, 10_000), default=20, help=say("help.notices.limit"))
    @json_option
    @click.pass_obj
    def notices(known: Session, /, *, limit: int, as_json: bool) -> None:
        noticing.listed(known, limit=limit, as_json=as_json)
