from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from click import core

from fastagi_server.config.settings import Language
from fastagi_server.console.clicks import MODULES, speaking
from fastagi_server.console.words import clicks

# What no command line of ours can make click say: it is said to programmers, or by types that we do not use.
NEVER = {
    "deprecated",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    "Value must be an iterable.",
    "Could not determine name for option with declarations {decls!r}",
    (
        "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
        "Did you mean to pass '--{name}'?"
    ),
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "(dynamic)",
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Invalid start character for option ({option})",
    "Do you want to continue?",
    "Confirm the action without prompting.",
    "file",
    "directory",
    "path",
    "Choice({choices})",
    "{value!r} does not match the format {format}.",
    "{value!r} does not match the formats {formats}.",
    "{value!r} is not a valid boolean. Recognized values: {states}",
    "{len_type} values are required, but {len_value} was given.",
    "{len_type} values are required, but {len_value} were given.",
    "{value!r} is not a valid UUID.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
    "{name} {filename!r} is not executable.",
    "{name} {filename!r} does not exist.",
    "Press any key to continue...",
    "Repeat for confirmation",
    "Error: The two entered values do not match.",
    "Unknown color {colour!r}",
}


def said() -> Iterator[str]:
    """Find every sentence that click has translated, in its own source."""
    for module in MODULES:
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"_", "ngettext"}
            ):
                yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def fields(pattern: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(pattern)} - {None}


@pytest.mark.parametrize("language", [Language.SPANISH, Language.PORTUGUESE])
def test_every_sentence_of_clicks_has_its_translation_or_is_never_said(language: Language) -> None:
    table = clicks.TABLES[language]

    assert len(set(said())) > 50
    assert sorted(set(said()) - NEVER - set(table)) == []
    # `required` is said by its key, not as a sentence of the source.
    assert sorted(set(table) - set(said())) == ["required"]
    assert {key: fields(table[key]) for key in table} == {key: fields(key) for key in table}


@pytest.mark.parametrize(
    ("argv", "spanish", "portuguese"),
    [
        (("cals",), "No hay orden 'cals'. (¿Quiso decir", "Não há comando 'cals'. (Quis dizer"),
        (("calls", "--limt"), "No hay opción '--limt'. ¿Quiso decir '--limit'?", "Quis dizer '--limit'?"),
        (("call",), "Falta el argumento 'NUMBER'.", "Falta o argumento 'NUMBER'."),
        (("did", "limit", "usa", "5"), "Falta la opción '--who'.", "Falta a opção '--who'."),
        (("calls", "--limit", "0"), "Valor no válido de '--limit'", "Valor inválido de '--limit'"),
        (("calls", "--limit", "x"), "no es un número válido", "não é um número válido"),
        (("calls", "--outcome", "x"), "no es ninguno de", "não é nenhum de"),
        (("serve", "now"), "Sobra un argumento (now)", "Sobra um argumento (now)"),
        (("calls", "--limit"), "necesita un argumento", "precisa de um argumento"),
        (("calls", "--json=1"), "no toma ningún valor", "não recebe valor"),
    ],
)
def test_mistakes_of_the_command_line_are_told_in_the_readers_language(
    discador: Any, argv: tuple[str, ...], spanish: str, portuguese: str
) -> None:
    for language, words, usage, error in (
        ("es", spanish, "Uso: discador", "Error: "),
        ("pt", portuguese, "Uso: discador", "Erro: "),
    ):
        told = discador("--lang", language, *argv)

        assert told.code == 2
        assert words in told.err
        # Click gives no usage where an option has no value or one too many.
        assert usage in told.err or argv in {("calls", "--limit"), ("calls", "--json=1")}
        assert error in told.err


def test_click_speaks_its_own_language_again_afterwards() -> None:
    asked = [(module, getattr(module, "_")) for module in MODULES]  # noqa: B009 - mypy hides names with _
    inside = []

    def fail() -> None:
        with speaking(Language.SPANISH):
            inside.append(getattr(core, "_")("Options"))  # noqa: B009
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is our own
        fail()

    assert inside == ["Opciones"]
    assert [(module, getattr(module, "_")) for module in MODULES] == asked  # noqa: B009
