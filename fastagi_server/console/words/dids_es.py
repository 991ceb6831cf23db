"""Spanish: resting caller IDs, why one was chosen, notices."""

from __future__ import annotations

DIDS = {
    "help.did.rest": "No muestra estos identificadores por un tiempo.",
    "help.did.rest.for": "Por cuánto tiempo: 30m, 2h, 3d, 1w.",
    "help.did.rest.until": "Hasta cuándo: un día o un instante, UTC si no nombra zona.",
    "help.did.quarantine": "No muestra estos identificadores hasta que se liberen.",
    "help.did.release": "Muestra otra vez los que descansan o están en cuarentena.",
    "help.did.explain": "Dice por qué una llamada mostró su identificador, o si un número se mostraría ahora.",
    "help.notices": "Imprime lo que pasó y se dice una vez: días de identificadores que terminaron.",
    "help.notices.limit": "Cuántos como máximo.",
    "did.rested": "Descansan: {count}.",
    "did.quarantined": "En cuarentena: {count}.",
    "did.released": "Liberados: {count}.",
    "did.why.named": "lo nombró quien pidió la llamada, o es uno de la configuración",
    "did.why.free": "se puede elegir: {uses} usos en {period}",
    "did.why.near_cap": "solo si no queda otro: {uses} usos en {period}, cerca del tope de {cap}",
    "did.why.at_cap": "no antes del próximo periodo: {uses} usos en {period}, el tope es {cap}",
    "did.why.rest": "descansa hasta {until}, por {who}: {why}",
    "did.why.quarantine": "en cuarentena hasta {until}, por {who}: {why}",
    "did.why.quarantine.open": "en cuarentena hasta que alguien lo libere, por {who}: {why}",
    "did.why.retired": "retirado",
    "did.why.not_owned": "no es de nuestros identificadores",
    "notices.none": "No hay nada que decir.",
    "notice.day_closed": "{country}: terminó el {day}: {uses} usos, {at_cap} de {numbers} identificadores en su tope",
}
