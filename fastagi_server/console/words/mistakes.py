"""What is wrong with a configuration, in our other languages; English is config's own."""

from __future__ import annotations

from fastagi_server.config.mistakes import Wrong
from fastagi_server.config.settings import Language

HEADS: dict[Language, str] = {
    Language.SPANISH: "Errores en la configuración: {count}.",
    Language.PORTUGUESE: "Erros na configuração: {count}.",
}

TABLES: dict[Language, dict[Wrong, str]] = {
    Language.SPANISH: {
        Wrong.VALUE: "{key} es {value}; debería ser {expected}",
        Wrong.MISSING: "falta {key}; debería ser {expected}",
        Wrong.UNKNOWN: "{key} no se conoce aquí; {expected}",
        Wrong.TWICE: "{key} está dos veces; debería ser {expected}",
        Wrong.FILE: "este archivo no se puede usar: {value}; {expected}",
        Wrong.SYNTAX: "esto no es YAML que aceptemos: {value}; debería ser {expected}",
        Wrong.LINE: "esto no es una línea de un archivo .env: {value}; debería ser {expected}",
    },
    Language.PORTUGUESE: {
        Wrong.VALUE: "{key} é {value}; deveria ser {expected}",
        Wrong.MISSING: "falta {key}; deveria ser {expected}",
        Wrong.UNKNOWN: "{key} não é conhecido aqui; {expected}",
        Wrong.TWICE: "{key} está duas vezes; deveria ser {expected}",
        Wrong.FILE: "este arquivo não pode ser usado: {value}; {expected}",
        Wrong.SYNTAX: "isto não é YAML que aceitamos: {value}; deveria ser {expected}",
        Wrong.LINE: "isto não é uma linha de um arquivo .env: {value}; deveria ser {expected}",
    },
}
