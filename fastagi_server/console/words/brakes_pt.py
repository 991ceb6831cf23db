"""Portuguese: why scopes are stopped and paces change."""

from __future__ import annotations

BRAKES = {
    "free": "solto",
    "stopped": "detido",
    "probing": "tenta de novo",
    "only_an_operator": "só um operador o solta",
    "success": "tiveram sucesso {succeeded} de {resolved} chamadas resolvidas seguidas ({share:.1%}); o habitual era {usual:.1%}, o mínimo é {threshold:.0%}",
    "server_errors": "{count} de {of} chamadas em {seconds:g} s receberam 503 ou outro 5xx ({share:.1%}); o máximo é {most:.0%}",
    "blocked": "{count} de {of} chamadas em {seconds:g} s foram bloqueadas com 603+, 607 ou 608 ({share:.1%}); o máximo é {most:.0%}",
    "short_answers": "{count} de {of} chamadas atendidas em {seconds:g} s duraram no máximo {short:g} s ({share:.1%}); o máximo é {most:.0%}: o áudio ou o AMD falha?",
    "optouts": "{count} das últimas {of} pessoas pediram a exclusão ({share:.1%}); o máximo é {most:.0%}: de quem é a lista?",
    "people": "{count} das últimas {of} respostas foram pessoas ({share:.1%}); o habitual era {usual:.1%}: o AMD falha?",
    "operator": "foi detido por {who}: {text}",
    "store_lags": "algo espera há {seconds:.1f} s para ser escrito; o máximo é {most:g} s",
    "clock": "o relógio da máquina mudou {seconds:+.1f} s; o máximo é {most:g} s",
    "move.step": "sobe",
    "move.refused": "recusas",
    "move.quality": "qualidade",
    "move.asr": "menos respostas",
    "move.pdd": "PDD lento",
    "move.originate": "Originate lento",
    "move.load": "carga",
    "pace": "de {before:.2f} a {after:.2f} chamadas por segundo",
    "refused": "{refused} de {sent} receberam 503 ou 429",
    "rate": "sucesso {success:.0%}",
    "no_rate": "poucas demais para conhecer o sucesso",
    "asr": "foram atendidas {count} de {of} chamadas de um minuto ({share:.1%}); o habitual era {usual:.1%}",
    "pdd": "o outro lado toca após {p95:.1f} s (p95); o habitual era {usual:.1f} s",
    "originate": "o Asterisk leva {p95:.2f} s (p95) para iniciar uma chamada; o máximo é {most:g} s",
    "load": "a carga do Asterisk é {load:.1f}; o máximo é {most:g}",
}
