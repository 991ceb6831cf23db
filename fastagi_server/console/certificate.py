"""The command that proves from the records that no sliding second went over a limit."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from functools import partial

import click

from fastagi_server.console import book
from fastagi_server.console.called import instant, when
from fastagi_server.console.codes import Code
from fastagi_server.console.session import Session
from fastagi_server.pacing import scopes
from fastagi_server.pacing.certificate import Proof, certify
from fastagi_server.pacing.why import Reason
from fastagi_server.store import campaigns, notices, reports
from fastagi_server.telephony.campaign import Origination
from fastagi_server.telephony.errors import BadInputError
from fastagi_server.telephony.notice import Kind

_PLACES = 6


def certificate(known: Session, *, since: str, until: str, as_csv: bool, as_json: bool) -> Code:
    """Print a proof for each scope; NOT_DONE where a limit was not kept."""
    begin = instant(since) if since else -math.inf
    end = instant(until, "--until") if until else math.inf
    if end <= begin:
        raise BadInputError(field="--until", value=until, expected=f"later than --since ({since})")
    with book.reading(known) as ask_store:
        originations = list(_pages(ask_store, begin, end))
        kept = ask_store(campaigns.every)
        sets = [
            {"at": each.at, "seconds": each.says["says"]["seconds"]}
            for each in ask_store(lambda conn: notices.within(conn, Kind.STOPPED, begin, end))
            if each.says["reason"] == Reason.CLOCK
        ]
    settings = known.settings
    limits = {
        scopes.CLUSTER: settings.max_cps,
        **{scopes.trunk(name): trunk.cps for name, trunk in settings.trunks.items()},
        **{scopes.asterisk(name): each.cps for name, each in settings.asterisks.items()},
        **{scopes.country(slug): cps for slug, cps in settings.pacing.country_cps.items()},
        **{scopes.campaign(each.name): each.cps for each in kept},
    }
    proofs = certify(originations, limits, settings.routes)
    broken = [proof.scope for proof in proofs if not proof.is_kept]
    if as_json:
        scopes_told = [_rounded(proof) for proof in proofs]
        count = _by_route(known, originations)
        told = {"kept": not broken, "clock_set": sets, "by_route": count, "scopes": scopes_told}
        click.echo(json.dumps(told))
    elif as_csv:
        click.echo(_csv(proofs), nl=False)
    else:
        _tell(known, originations, proofs, broken, sets)
    return Code.NOT_DONE if broken else Code.DONE


def _by_route(known: Session, originations: Sequence[Origination]) -> int:
    """Count the calls of which nobody knows over which trunk they went."""
    return sum(each.trunk in known.settings.routes for each in originations)


def _pages(ask_store: book.Ask, since: float, until: float) -> Iterator[Origination]:
    """Read page after page, so that no read lasts."""
    page = ask_store(lambda conn: reports.originations(conn, since, until))
    while page:
        yield from page
        page = ask_store(partial(reports.originations, since=since, until=until, after=page[-1].call))


def _tell(
    known: Session,
    originations: Sequence[Origination],
    proofs: Sequence[Proof],
    broken: Sequence[str],
    sets: Sequence[dict[str, float]],
) -> None:
    say = known.tongue.say
    if not originations:
        click.echo(say("certificate.empty"))
        return
    instants = [each.ordered_at for each in originations]
    head = {"began": when(min(instants)), "ended": when(max(instants))}
    click.echo(say("certificate.head", count=len(instants), **head))
    click.echo(say("certificate.by"))
    for each in sets:
        click.echo(say("certificate.clock", at=when(each["at"]), seconds=f"{each['seconds']:+.1f}"))
    if by_route := _by_route(known, originations):
        click.echo(say("certificate.by_route", count=by_route))
    for proof in proofs:
        click.echo(
            say(
                "certificate.line",
                scope=proof.scope,
                most=proof.most,
                limit=say("pacing.none") if proof.limit is None else f"{proof.limit:g}",
                mean=f"{proof.mean:.2f}",
                p50=f"{proof.off_p50 * 1e3:.2f}",
                p99=f"{proof.off_p99 * 1e3:.2f}",
            )
        )
    click.echo(say("certificate.broken", scopes=", ".join(broken)) if broken else say("certificate.kept"))


def _csv(proofs: Sequence[Proof]) -> str:
    text = io.StringIO()
    names = [*(field.name for field in fields(Proof)), "kept"]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for proof in proofs:
        writer.writerow(_rounded(proof))
    return text.getvalue()


def _rounded(proof: Proof) -> dict[str, object]:
    told = {
        name: round(each, _PLACES) if isinstance(each, float) else each
        for name, each in asdict(proof).items()
    }
    return {**told, "kept": proof.is_kept}
