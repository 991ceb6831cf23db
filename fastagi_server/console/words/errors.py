"""The errors that people meet, by class name; English is the class's own docstring."""

from __future__ import annotations

from fastagi_server.config.settings import Language

TABLES: dict[Language, dict[str, str]] = {
    Language.SPANISH: {
        "BadInputError": "{field} es {value!r}; debería ser {expected}.",
        "NotDialedError": "No se llamó a {number}: {reason}.",
        "NotDialableError": "No se puede llamar a {number!r}: {why}.",
        "NoCountryForNumberError": (
            "{number} está en {iso} y ningún país de la configuración tiene ese código; se conocen: {known}."
        ),
        "UnknownNameError": "No hay {kind} {name!r}; hay: {known}.",
        "NotOurCallerIdError": (
            "{callerid!r} no es uno de nuestros identificadores para {country}; callerids.{country} los nombra."
        ),
        "NoCallerIdError": (
            "Ningún identificador nuestro puede mostrarse en {country}; nombre uno en callerids.{country}."
        ),
        "NobodyAtTheDeskError": "Ningún Discador responde en {path}; inicie uno con: discador serve.",
        "DeskLostError": (
            "El Discador de {path} se fue sin haber respondido; las llamadas hechas siguen en Asterisk."
        ),
        "NoLinkError": "No hay enlace con Asterisk en {where}; {action} no se envió.",
        "OutcomeUnknownError": "No se puede saber qué fue de {action}: {why}. Nunca se envía de nuevo.",
        "RefusedError": "Asterisk rechazó {action}: {why}.",
        "LoginRefusedError": "Asterisk rechazó la entrada de {username!r}: {why}.",
        "NotInForceError": "Asterisk no ejecuta {path}: {found}. El dialplan de antes está {before}.",
        "NotWritableError": (
            "No se puede escribir {path}: {why}. La carpeta debe ser del usuario que ejecuta Discador."
        ),
    },
    Language.PORTUGUESE: {
        "BadInputError": "{field} é {value!r}; deveria ser {expected}.",
        "NotDialedError": "{number} não foi chamado: {reason}.",
        "NotDialableError": "{number!r} não pode ser chamado: {why}.",
        "NoCountryForNumberError": (
            "{number} está em {iso} e nenhum país da configuração tem esse código; conhecidos: {known}."
        ),
        "UnknownNameError": "Não há {kind} {name!r}; há: {known}.",
        "NotOurCallerIdError": (
            "{callerid!r} não é um dos nossos identificadores para {country}; callerids.{country} os nomeia."
        ),
        "NoCallerIdError": (
            "Nenhum identificador nosso pode ser mostrado em {country}; nomeie um em callerids.{country}."
        ),
        "NobodyAtTheDeskError": "Nenhum Discador responde em {path}; inicie um com: discador serve.",
        "DeskLostError": (
            "O Discador de {path} se foi sem ter respondido; as chamadas feitas seguem no Asterisk."
        ),
        "NoLinkError": "Não há enlace com o Asterisk em {where}; {action} não foi enviado.",
        "OutcomeUnknownError": "Não se pode saber o que houve com {action}: {why}. Nunca é enviado de novo.",
        "RefusedError": "O Asterisk recusou {action}: {why}.",
        "LoginRefusedError": "O Asterisk recusou a entrada de {username!r}: {why}.",
        "NotInForceError": "O Asterisk não executa {path}: {found}. O dialplan de antes está {before}.",
        "NotWritableError": (
            "{path} não pode ser gravado: {why}. A pasta deve ser do usuário que executa o Discador."
        ),
    },
}
