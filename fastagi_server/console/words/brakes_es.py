"""Spanish: why scopes are stopped and paces change."""

from __future__ import annotations

BRAKES = {
    "free": "libre",
    "stopped": "detenido",
    "probing": "prueba de nuevo",
    "only_an_operator": "solo lo suelta un operador",
    "success": "tuvieron éxito {succeeded} de {resolved} llamadas resueltas seguidas ({share:.1%}); lo habitual era {usual:.1%}, lo mínimo es {threshold:.0%}",
    "server_errors": "{count} de {of} llamadas en {seconds:g} s recibieron 503 u otro 5xx ({share:.1%}); el máximo es {most:.0%}",
    "blocked": "{count} de {of} llamadas en {seconds:g} s fueron bloqueadas con 603+, 607 o 608 ({share:.1%}); el máximo es {most:.0%}",
    "short_answers": "{count} de {of} llamadas contestadas en {seconds:g} s duraron como mucho {short:g} s ({share:.1%}); el máximo es {most:.0%}: ¿falla el audio o AMD?",
    "optouts": "{count} de las últimas {of} personas pidieron la exclusión ({share:.1%}); el máximo es {most:.0%}: ¿de quién es la lista?",
    "people": "{count} de las últimas {of} respuestas fueron personas ({share:.1%}); lo habitual era {usual:.1%}: ¿falla AMD?",
    "operator": "lo detuvo {who}: {text}",
    "store_lags": "algo espera desde hace {seconds:.1f} s a ser escrito; el máximo es {most:g} s",
    "clock": "el reloj de la máquina se movió {seconds:+.1f} s; el máximo es {most:g} s",
    "move.step": "sube",
    "move.refused": "rechazos",
    "move.quality": "calidad",
    "move.asr": "menos respuestas",
    "move.pdd": "PDD lento",
    "move.originate": "Originate lento",
    "move.load": "carga",
    "pace": "de {before:.2f} a {after:.2f} llamadas por segundo",
    "refused": "{refused} de {sent} recibieron 503 o 429",
    "rate": "éxito {success:.0%}",
    "no_rate": "muy pocas para conocer el éxito",
    "asr": "se contestaron {count} de {of} llamadas de un minuto ({share:.1%}); lo habitual era {usual:.1%}",
    "pdd": "el otro extremo suena a los {p95:.1f} s (p95); lo habitual era {usual:.1f} s",
    "originate": "Asterisk tarda {p95:.2f} s (p95) en iniciar una llamada; el máximo es {most:g} s",
    "load": "la carga de Asterisk es {load:.1f}; el máximo es {most:g}",
}
