"""The pages of help: commands by purpose, what each does, its examples, its defaults. It knows no deed."""

from __future__ import annotations

from collections.abc import Iterator

import click

from fastagi_server.console.examples import EXAMPLES
from fastagi_server.console.tongue import Tongue

# What stands in no section is shown in the last.
SECTIONS: dict[str, tuple[str, ...]] = {
    "calling": ("serve", "call", "calls", "optouts", "optout"),
    "campaigns": ("campaign", "pacing", "asterisk"),
    "callerids": ("did", "number", "notices"),
    "setup": ("check", "config", "db", "render", "apply", "trunk", "completion"),
    "others": (),
}


class Sections(click.Group):
    """A group whose help shows its commands by purpose; click has no other way than a class of its own."""

    headings: dict[str, str]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a list of commands for each purpose."""
        sorted_out = {name for names in SECTIONS.values() for name in names}
        width = max(map(len, self.commands), default=0)
        for section, heading in self.headings.items():
            names = SECTIONS[section] or [name for name in self.list_commands(ctx) if name not in sorted_out]
            found = ((name, self.commands[name]) for name in names if name in self.commands)
            # Equal widths keep the sections' columns in line.
            rows = [(f"{name:<{width}}", command.get_short_help_str(200)) for name, command in found]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


def dress(discador: Sections, tongue: Tongue) -> None:
    """Give every command its page, and every option that has a default its showing."""
    discador.headings = {section: tongue.say(f"section.{section}") for section in SECTIONS}
    for path, command in commands(discador):
        for param in command.params:
            if isinstance(param, click.Option) and not param.is_flag and param.default not in ("", None):
                param.show_default = True
        command.help = "\n\n".join(_paragraphs(path, command, tongue))


def _paragraphs(path: str, command: click.Command, tongue: Tongue) -> Iterator[str]:
    yield command.help or ""
    page = f"page.{path.replace(' ', '_')}"
    if tongue.knows(page):
        yield tongue.say(page)
    examples = "\n".join(f"  {each}" for each in EXAMPLES.get(path, ()))
    if examples:
        # click leaves the lines of a paragraph as they are that begins with \b.
        yield f"\b\n{tongue.say('page.examples')}\n{examples}"


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Give every command below a group with its path, for example `did import`."""
    for name, command in group.commands.items():
        whole = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, whole)
        else:
            yield whole, command
