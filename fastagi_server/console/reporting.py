"""The command that tells what came of a campaign, in the figures of the guide's report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from fastagi_server.console import book
from fastagi_server.console.campaigns import counted
from fastagi_server.console.errors import CannotWriteError
from fastagi_server.console.progress import watched
from fastagi_server.console.report_text import lines
from fastagi_server.console.session import Session
from fastagi_server.metrics.report import Figures, Report
from fastagi_server.metrics.report import report as make_report
from fastagi_server.store import campaigns, dids, reports
from fastagi_server.store.errors import UnknownCampaignError
from fastagi_server.telephony.campaign import Campaign, Timing


def report(known: Session, name: str, *, output: Path | None, as_json: bool) -> None:
    """Print the report, or write it to a file."""
    told = gathered(known, name)
    text = json.dumps(told, indent=2) if as_json else "\n".join(lines(told, known.tongue))
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotWriteError(path=str(output), why=error.strerror or str(error)) from error
    click.echo(known.tongue.say("report.written", path=output))


def gathered(known: Session, name: str) -> dict[str, Any]:
    """Give every figure of the report under its stable name."""
    with book.reading(known) as ask_store:
        campaign = ask_store(lambda conn: campaigns.get(conn, name))
        if campaign is None:
            raise UnknownCampaignError(name=name)
        contacts = counted(ask_store(lambda conn: campaigns.counts(conn, name)))
        pages = _timings(ask_store, name)
        timings = list(watched(pages, known.tongue.say("progress.calls")))
        made = make_report(timings)
        slugs = sorted({*contacts.pop("countries"), *made.countries})
        owned = ask_store(lambda conn: sum(len(dids.owned(conn, slug)) for slug in slugs))
    target = _target(campaign, known.settings.max_cps)
    keys = {country.slug: country.connect_key for country in known.countries}
    return {
        "campaign": campaign.name,
        "state": str(campaign.state),
        "lab": campaign.lab,
        "began_at": made.began_at or None,
        "ended_at": made.ended_at or None,
        "seconds": round(max(0.0, made.ended_at - made.began_at), 3),
        "config": _config(campaign, target=target, countries=slugs, callerids=owned),
        "totals": {**_figures(made.total), "not_sent": made.not_sent},
        "performance": _performance(made, target),
        "countries": {
            slug: {**_figures(each), "connect_key": keys.get(slug, ""), "dispositions": each.dispositions}
            for slug, each in made.countries.items()
        },
        "dispositions": made.total.dispositions,
        **contacts,
    }


def _timings(ask_store: book.Ask, name: str) -> Iterator[Timing]:
    """Read page after page, so that no read lasts."""
    page = ask_store(lambda conn: reports.timings(conn, name))
    while page:
        yield from page
        page = ask_store(partial(reports.timings, campaign=name, after=page[-1].call))


def _target(campaign: Campaign, max_cps: float) -> float | None:
    return min((rate for rate in (campaign.cps, max_cps) if rate), default=None)


def _config(
    campaign: Campaign, *, target: float | None, countries: Sequence[str], callerids: int
) -> dict[str, Any]:
    return {
        "trunk": campaign.trunk,
        "target_cps": target,
        "concurrency": campaign.concurrency,
        "retries": campaign.retries,
        "retry_seconds": campaign.retry_seconds,
        "countries": list(countries),
        "callerids": callerids,
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "attempted": figures.attempted,
        "succeeded": figures.succeeded,
        "failed": figures.failed,
        "success_rate": round(figures.ner, 6) if figures.attempted else None,
        "answered": figures.answered,
        "answer_rate": round(figures.asr, 6) if figures.attempted else None,
    }


def _performance(made: Report, target: float | None) -> Mapping[str, Any]:
    return {
        "mean_cps": round(made.mean_cps, 3),
        "max_cps": made.most_cps,
        "efficiency": round(made.mean_cps / target, 6) if target else None,
        "setup_mean_seconds": round(made.setup_mean, 6),
        "setup_p95_seconds": round(made.setup_p95, 6),
        "setup_p99_seconds": round(made.setup_p99, 6),
        "max_concurrent": made.most_at_once,
        "late_p50_seconds": round(made.late_p50, 6),
        "late_p99_seconds": round(made.late_p99, 6),
    }
