"""The commented settings file and the documentation page, written from the schema and never by hand.

A test compares both with what is committed; scripts/generate writes them anew. This file knows no setting.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastagi_server.config import schema
from fastagi_server.config.environment import variables
from fastagi_server.config.scalars import named
from fastagi_server.config.schema import About, Field
from fastagi_server.config.settings import Settings

WIDTH = 100
FILE = Path("etc/discador.yml")
PAGE = Path("docs/configuration.md")
_HEAD = """\
Discador's settings, each with its meaning and its default. Copy this file to discador.yml or to
/etc/discador/discador.yml and keep only what you change. Written by scripts/generate from
fastagi_server/config: a change made here is lost."""
_ABOUT = """\
# Configuration

<!-- Written by scripts/generate from fastagi_server/config: a change made here is lost. -->

Discador reads its settings once, when it starts: first the defaults, then one YAML file, then a file
`.env`, then the environment; what comes later takes the place of what came before. The YAML file is the one
named on the command line, else `$DISCADOR_CONFIG`, else `./discador.yml`, else
`/etc/discador/discador.yml`; without any of them the defaults hold. `etc/discador.yml` is a file of all
settings with their defaults.

`.env` lies beside the YAML file; where there is no YAML file, in the folder where Discador is started. It
holds `NAME=VALUE` lines with the variables that this page names; `.env.example` is one to begin with.
`export ` may stand in front, quotes of either kind around the value, and a comment after `#`. Nothing is
filled in and nothing is run: `${NAME}`, `$(…)` and backquotes are refused unless single quotes make them
plain text. A `.env` with a secret in it (the manager's, or a password in an address) that everybody may
read, or more than its owner may change, is refused: `chmod 640 .env`. Names that are not ours are left
alone.

- Every mistake of the files and the environment is told at once, with its line, its key, its value and what
  would be right; Discador does not start with settings that are half right. What several settings say
  together (a default trunk that is no trunk) is looked at when each of them is right.
- A value is taken as it is written: `NO` stays the two letters, `+525512345678` keeps its plus without
  quotes, and a number in quotes is not a number. Anchors, aliases, tags and keys given twice are refused.
- Relative paths start in the folder where Discador is started.
- A variable that is empty counts as not set. A list is written with commas.
- Secrets are never shown in logs, errors or anywhere else.
"""


def settings_file() -> str:
    """Give etc/discador.yml: every key with its paragraph and its default."""
    lines = [*(f"# {line}" for line in _HEAD.splitlines()), *_section(Settings, (), _names())]
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give docs/configuration.md."""
    return "\n".join([_ABOUT, *_entries(Settings, (), _names())]).rstrip() + "\n"


def write(root: Path) -> None:
    """Write both below the repository's root."""
    for path, text in ((FILE, settings_file()), (PAGE, page())):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _names() -> dict[tuple[str, ...], str]:
    return {each.keys: each.name for each in variables(Settings)}


def paragraph(each: Field, about: About) -> str:
    """Give a setting's paragraph: meaning, unit, limits, default and its reason."""
    parts = [about.doc]
    if about.unit:
        limits = f", {about.least:g} to {about.most:g}" if about.least is not None and about.most else ""
        parts.append(f"Unit: {about.unit}{limits}.")
    if each.required:
        parts.append("Required:")
    elif about.in_file and not isinstance(each.default, dict) and not dataclasses.is_dataclass(each.default):
        parts.append(f"Default {_scalar(each.default) if _is_given(each.default) else 'empty'}:")
    else:
        return " ".join([*parts, f"{about.why[0].upper()}{about.why[1:]}"])
    return " ".join([*parts, about.why])


def _is_given(value: Any) -> bool:
    return value is not None and value not in ("", ())


def _section(kind: type[Any], keys: tuple[str, ...], names: dict[tuple[str, ...], str]) -> Iterator[str]:
    indent = "  " * len(keys)
    for each in schema.fields(kind):
        about, here = each.about, (*keys, each.name)
        if about is None:
            continue
        yield ""
        yield from _comment(paragraph(each, about), indent)
        told = [] if _has_paragraphs(each.hint) else _below(here, names)
        if told:
            yield from _comment(f"Environment: {', '.join(told)}", indent)
        for name, inner, its in _members(each.hint):
            yield from _comment(f"- {name}: {paragraph(inner, its)}", indent, hanging="  ")
        if about.example is not None:
            yield f"{indent}# For example:"
            yield from (f"{indent}# {line}" for line in _block(each.name, about.example))
        if not about.in_file:
            continue
        if _has_paragraphs(each.hint):
            yield f"{indent}{each.name}:"
            yield from _section(each.hint, here, names)
        else:
            yield from (f"{indent}{line}" for line in _block(each.name, _plain(each.default)))


def _entries(kind: type[Any], keys: tuple[str, ...], names: dict[tuple[str, ...], str]) -> Iterator[str]:
    for each in schema.fields(kind):
        about, here = each.about, (*keys, each.name)
        if about is None:
            continue
        yield f"{'##' if len(here) == 1 else '###'} `{'.'.join(here)}`\n"
        yield textwrap.fill(paragraph(each, about), WIDTH) + "\n"
        if _has_paragraphs(each.hint):
            yield from _entries(each.hint, here, names)
            continue
        yield f"- Type: {named(each.hint)}"
        for name, inner, its in _members(each.hint):
            text = f"- `{name}` ({named(inner.hint)}): {paragraph(inner, its)}"
            yield textwrap.indent(textwrap.fill(text, WIDTH - 2, subsequent_indent="  "), "  ")
        below = _below(here, names)
        if below:
            yield f"- Environment: {', '.join(f'`{name}`' for name in below)}"
        if about.example is not None:
            yield "\n```yaml\n" + "\n".join(_block(each.name, about.example)) + "\n```"
        yield ""


def _below(keys: tuple[str, ...], names: dict[tuple[str, ...], str]) -> list[str]:
    """Give the variables that set a key or what stands below it."""
    return [name for path, name in names.items() if path[: len(keys)] == keys]


def _members(hint: Any) -> Iterator[tuple[str, Field, About]]:
    """Give what stands below each name of a mapping, where that has paragraphs."""
    inner = schema.member(hint)
    if inner is not None and _has_paragraphs(inner):
        yield from _named(inner, "")


def _named(kind: type[Any], above: str) -> Iterator[tuple[str, Field, About]]:
    for each in schema.fields(kind):
        if each.about:
            yield above + each.name, each, each.about
            within = schema.optional(each.hint)
            if within is not None and _has_paragraphs(within):
                yield from _named(within, f"{above}{each.name}.")


def _has_paragraphs(hint: Any) -> bool:
    return dataclasses.is_dataclass(hint) and any(each.about for each in schema.fields(hint))  # type: ignore[arg-type]


def _comment(text: str, indent: str, *, hanging: str = "") -> list[str]:
    mark = f"{indent}# "
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=mark + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain(value: Any) -> Any:
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value  # type: ignore[arg-type]


def _block(name: str, value: Any) -> list[str]:
    """Give a key and its value as lines of YAML."""
    if isinstance(value, dict) and value:
        inner = [line for key, each in value.items() for line in _block(key, each)]
        return [f"{name}:", *(f"  {line}" for line in inner)]
    if isinstance(value, list) and value:
        return [f"{name}:", *(f"  - {_scalar(each)}" for each in value)]
    return [f"{name}: {_scalar(value)}"]


def _scalar(value: Any) -> str:
    if isinstance(value, enum.Enum | Path):
        return json.dumps(str(value))
    if value is None:
        return '""'
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


if __name__ == "__main__":
    write(Path())
