"""Why a call ended or a country pauses: what the engine keeps in English, in Spanish and Portuguese.

What Asterisk and the carrier say (`486 Busy Here`) stays as they said it.
"""

from __future__ import annotations

from fastagi_server.config.settings import Language

TABLES: dict[Language, dict[str, str]] = {
    Language.SPANISH: {
        "Asterisk refused the Originate: {why}": "Asterisk rechazó el Originate: {why}",
        "pressed {key}: on the opt-out list": "marcó {key}: en la lista de exclusión",
        "asked the dialplan: on the opt-out list": "lo pidió al dialplan: en la lista de exclusión",
        "pressed {key}: connected": "marcó {key}: conectada",
        "the callee hung up without a deciding key": "colgó sin marcar una tecla que decida",
        "no deciding key was pressed": "no marcó ninguna tecla que decida",
        "no channel came to be: is the trunk's endpoint known to Asterisk?": "no llegó a haber canal: ¿conoce Asterisk el endpoint de la troncal?",
        "answered ({answer}) while Discador was away; what came of it is not known": "contestada ({answer}) sin Discador presente; no se sabe qué fue de ella",
        "no final answer in time, only {answer}": "sin respuesta final a tiempo, solo {answer}",
        "Q.850 cause {cause}": "causa Q.850 {cause}",
        "it ended unseen by Discador; what had happened by then is not known": "terminó sin que Discador lo viera; no se sabe qué había pasado hasta entonces",
        "the store went away before it was sent": "el almacén dejó de responder antes de que saliera",
        "the store went away while it was begun": "el almacén dejó de responder mientras se iniciaba",
        "the store is away": "el almacén no responde",
        "the campaign was stopped": "la campaña se detuvo",
        "the campaign was stopped, or the link was lost": "la campaña se detuvo, o se perdió el enlace",
        "the link to Asterisk was lost before it was sent": "el enlace con Asterisk se perdió antes de enviarla",
        "it went on the opt-out list just now": "acaba de entrar en la lista de exclusión",
        "there is no link to Asterisk": "no hay enlace con Asterisk",
        "no caller ID of ours may be shown there": "ningún identificador nuestro puede mostrarse ahí",
        "all {count} caller IDs are at their cap of {cap} until midnight of {zone}": "los {count} identificadores están en su tope de {cap} hasta la medianoche de {zone}",
    },
    Language.PORTUGUESE: {
        "Asterisk refused the Originate: {why}": "o Asterisk recusou o Originate: {why}",
        "pressed {key}: on the opt-out list": "digitou {key}: na lista de exclusão",
        "asked the dialplan: on the opt-out list": "pediu ao dialplan: na lista de exclusão",
        "pressed {key}: connected": "digitou {key}: conectada",
        "the callee hung up without a deciding key": "desligou sem digitar uma tecla que decida",
        "no deciding key was pressed": "não digitou nenhuma tecla que decida",
        "no channel came to be: is the trunk's endpoint known to Asterisk?": "não chegou a haver canal: o Asterisk conhece o endpoint do tronco?",
        "answered ({answer}) while Discador was away; what came of it is not known": "atendida ({answer}) sem o Discador presente; não se sabe o que foi dela",
        "no final answer in time, only {answer}": "sem resposta final a tempo, só {answer}",
        "Q.850 cause {cause}": "causa Q.850 {cause}",
        "it ended unseen by Discador; what had happened by then is not known": "terminou sem o Discador ver; não se sabe o que tinha acontecido até então",
        "the store went away before it was sent": "o armazém deixou de responder antes da saída",
        "the store went away while it was begun": "o armazém deixou de responder durante o início",
        "the store is away": "o armazém não responde",
        "the campaign was stopped": "a campanha foi parada",
        "the campaign was stopped, or the link was lost": "a campanha foi parada, ou o enlace se perdeu",
        "the link to Asterisk was lost before it was sent": "o enlace com o Asterisk se perdeu antes do envio",
        "it went on the opt-out list just now": "acaba de entrar na lista de exclusão",
        "there is no link to Asterisk": "não há enlace com o Asterisk",
        "no caller ID of ours may be shown there": "nenhum identificador nosso pode ser mostrado lá",
        "all {count} caller IDs are at their cap of {cap} until midnight of {zone}": "os {count} identificadores estão no teto de {cap} até a meia-noite de {zone}",
    },
}
