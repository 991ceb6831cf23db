"""The documentation is complete and leads somewhere; what there is to document is read from the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from fastagi_server.app.journal import File
from fastagi_server.campaign.listing import NUMBER_COLUMNS
from fastagi_server.config import schema
from fastagi_server.config.environment import CONFIG
from fastagi_server.config.environment import variables as environment
from fastagi_server.config.settings import Language, Settings
from fastagi_server.console import cli
from fastagi_server.console.codes import Code
from fastagi_server.console.completing import Opening
from fastagi_server.console.tongue import Tongue
from fastagi_server.dialplan import variables
from fastagi_server.ivr.scripts import scripts
from fastagi_server.telephony.campaign import CampaignState, ContactState, No
from fastagi_server.telephony.disposition import Disposition
from fastagi_server.telephony.record import State

HOUSE = Path(__file__).parents[2]
PAGES = sorted([HOUSE / "README.md", HOUSE / "CHANGELOG.md", *(HOUSE / "docs").rglob("*.md")])
ALL = "\n".join(page.read_text() for page in PAGES)
OPENING = Opening(env={}, actions=SimpleNamespace(), clock=SimpleNamespace())  # type: ignore[arg-type]
DISCADOR = cli.build(Tongue(Language.ENGLISH), [])


def page(name: str) -> str:
    return (HOUSE / "docs" / name).read_text()


def names(text: str) -> set[str]:
    """Give every word that stands in code: `like_this`, or in a block."""
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return {*inline, *re.findall(r"[\w.*{}<>-]+", "\n".join([*blocks, *inline]))}


def keys(kind: type, above: tuple[str, ...] = ()) -> Iterator[str]:
    for each in schema.fields(kind):
        if each.about is not None:
            yield ".".join((*above, each.name))
        if hasattr(each.hint, "__dataclass_fields__"):
            yield from keys(each.hint, (*above, each.name))


def used_from_the_environment() -> set[str]:
    """Find the variables that the programs ask for by name, the scripts among them."""
    asked = re.compile(r"""environ(?:\.get\(|\[)\s*["']([A-Z][A-Z_]+)["']|\$\{([A-Z][A-Z_]+):[-?=]""")
    sources = [*(HOUSE / "fastagi_server").rglob("*.py"), *(HOUSE / "scripts").iterdir()]
    sources += [*(HOUSE / "tests").rglob("*.py"), *(HOUSE / "bench").rglob("*")]
    found = (asked.findall(path.read_text()) for path in sources if path.is_file() and path.suffix != ".pyc")
    return {one or other for each in found for one, other in each}


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def options(command: click.Command) -> list[str]:
    """Give the long options of a command, --help aside, which every program has."""
    given = [each for each in command.params if isinstance(each, click.Option)]
    return [name for each in given for name in each.opts if name.startswith("--") and name != "--help"]


def sections(text: str) -> dict[str, str]:
    """Give each section of the command's page by the commands that its heading names."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    named = zip(parts[1::2], parts[2::2], strict=True)
    return {"": parts[0], **{name: body for head, body in named for name in head.split(", ")}}


def columns() -> set[str]:
    """Find the columns of lists that the program asks for by name."""
    asked = re.compile(r"""others(?:\.get\(|\[)\s*["'](\w+)["']""")
    return {
        name for path in (HOUSE / "fastagi_server").rglob("*.py") for name in asked.findall(path.read_text())
    }


DIALPLAN = {
    *(
        value
        for value in vars(variables).values()
        if isinstance(value, str) and value.startswith("DISCADOR_")
    ),
    *(f"{each}-<version>" for each in variables.SHARED_CONTEXTS),
    variables.CONTEXT_VERSIONS,
    variables.HANDLER_VARIABLE.removesuffix("(hangup_handler_push)"),
    variables.OPTOUT_FAMILY,
    *scripts(SimpleNamespace()),  # type: ignore[arg-type]
    *variables.Script,
    *variables.Told,
    *variables.Header,
    *variables.Sound,
}
LOGS = {
    *(f"{file}.log" for file in File),
    *re.findall(r'File\.\w+, "(\w+)"', (HOUSE / "fastagi_server/app/logs.py").read_text()),
    *re.findall(r'"(lent|not_lent|campaign_\w+)"', (HOUSE / "fastagi_server/app/logs.py").read_text()),
    *re.findall(r'book\.forget\(known, "(\w+)"', (HOUSE / "fastagi_server/console/dids.py").read_text()),
}
WORDS = {
    "logs.md": LOGS,
    "dialplan.md": DIALPLAN,
    "call-life.md": {*State, *Disposition, *CampaignState, *ContactState, *No},
    "configuration.md": {*keys(Settings), *(each.name for each in environment(Settings)), CONFIG},
    "cli.md": {*NUMBER_COLUMNS, *columns()},
}


@pytest.mark.parametrize("name", WORDS)
def test_every_word_that_people_meet_is_on_its_page(name: str) -> None:
    there = {part for word in names(page(name)) for part in (word, word.rpartition("/")[2])}

    assert sorted(WORDS[name] - there) == []


def test_every_variable_of_the_environment_is_documented() -> None:
    asked = used_from_the_environment()

    assert "DISCADOR_LAB_CACHE" in asked
    assert sorted(asked - {"PATH"} - names(ALL)) == []


def test_every_template_is_documented() -> None:
    folder = HOUSE / "dialplan_templates"
    files = {path.name for path in folder.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}

    assert sorted(files - names(ALL)) == []


@pytest.mark.parametrize("name", [name for name, _ in commands(DISCADOR)])
def test_every_command_and_every_option_is_in_its_section(name: str) -> None:
    command = dict(commands(DISCADOR))[name]
    by_heading = sections(page("cli.md"))
    body = by_heading.get(name) or by_heading.get(name.partition(" ")[0], "")

    assert name in by_heading or name in body
    assert body, f"docs/cli.md has no section for {name}"
    assert [option for option in options(command) if not re.search(rf"{option}\b", body)] == []


def test_every_option_of_the_program_itself_is_documented() -> None:
    top = sections(page("cli.md"))[""]

    assert [option for option in options(DISCADOR) if option not in top] == []


def test_every_exit_code_has_its_row() -> None:
    assert [code for code in Code if f"\n| {code.value} | " not in page("cli.md")] == []


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("source", PAGES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_link_leads_somewhere(source: Path) -> None:
    lost = []
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", source.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        there = (source.parent / target) if target else source
        if not there.exists():
            lost.append(target)
        elif anchor and anchor not in map(slug, re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)):
            lost.append(f"{target}#{anchor}")

    assert lost == []


def command_lines() -> list[str]:
    """Find every command line of ours that stands in a block of a page."""
    found = []
    for each in PAGES:
        for block in re.findall(r"^```[^\n]*\n(.*?)^```", each.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                told = re.match(r"(?:\$ )?(?:[A-Z_]+=\S+ )*(?:sudo )?(discador .*)", line)
                if told and "…" not in line:
                    found.append(told[1])
    return sorted(set(found))


@pytest.mark.parametrize("line", [line for line in command_lines() if "[" not in line])
def test_every_command_line_of_the_pages_can_be_typed(line: str) -> None:
    words = shlex.split(re.split(r" [|>&] ", line)[0], comments=True)[1:]
    typed = cli.build(Tongue(Language.ENGLISH), [])
    reached = []
    for name, command in commands(typed):
        command.callback = lambda name=name, **_: reached.append(name)

    typed.main(words, prog_name="discador", standalone_mode=False, obj=OPENING)

    assert len(reached) == 1


def test_the_readme_has_command_lines() -> None:
    assert {"discador serve", "discador check"} <= {line.split("  ")[0].strip() for line in command_lines()}
