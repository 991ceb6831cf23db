"""Portuguese: resting caller IDs, why one was chosen, notices."""

from __future__ import annotations

DIDS = {
    "help.did.rest": "Não mostra estes identificadores por um tempo.",
    "help.did.rest.for": "Por quanto tempo: 30m, 2h, 3d, 1w.",
    "help.did.rest.until": "Até quando: um dia ou um instante, UTC se não nomear fuso.",
    "help.did.quarantine": "Não mostra estes identificadores até serem liberados.",
    "help.did.release": "Mostra de novo os que descansam ou estão em quarentena.",
    "help.did.explain": "Diz por que uma chamada mostrou seu identificador, ou se um número seria mostrado agora.",
    "help.notices": "Imprime o que aconteceu e é dito uma vez: dias de identificadores que terminaram.",
    "help.notices.limit": "Quantos no máximo.",
    "did.rested": "Descansando: {count}.",
    "did.quarantined": "Em quarentena: {count}.",
    "did.released": "Liberados: {count}.",
    "did.why.named": "foi nomeado por quem pediu a chamada, ou é um da configuração",
    "did.why.free": "pode ser escolhido: {uses} usos em {period}",
    "did.why.near_cap": "só se não restar outro: {uses} usos em {period}, perto do teto de {cap}",
    "did.why.at_cap": "não antes do próximo período: {uses} usos em {period}, o teto é {cap}",
    "did.why.rest": "descansa até {until}, por {who}: {why}",
    "did.why.quarantine": "em quarentena até {until}, por {who}: {why}",
    "did.why.quarantine.open": "em quarentena até que alguém o libere, por {who}: {why}",
    "did.why.retired": "retirado",
    "did.why.not_owned": "não é um dos nossos identificadores",
    "notices.none": "Nada a dizer.",
    "notice.day_closed": "{country}: terminou o dia {day}: {uses} usos, {at_cap} de {numbers} identificadores no teto",
}
