"""Spanish: paces, brakes, the certificate."""

from __future__ import annotations

PACING = {
    "help.pacing": "Con qué ritmo salen las llamadas, y qué las detiene.",
    "help.pacing.show": "Muestra el límite, el ritmo y el freno de cada ámbito.",
    "help.pacing.release": "Deja salir de nuevo las llamadas de un ámbito que su freno detuvo.",
    "help.pacing.why": "Por qué, para el registro.",
    "help.pacing.certificate": "Prueba con los registros que ningún segundo pasó de un límite.",
    "help.pacing.since": "Desde cuándo: un día o un instante, UTC si no nombra zona.",
    "help.pacing.until": "Hasta cuándo.",
    "help.pacing.csv": "Como CSV.",
    "pacing.line": "{scope}: límite {limit}, ritmo {pace}, freno {standing}",
    "pacing.none": "ninguno",
    "pacing.free": "suelto",
    "pacing.stopped": "puesto",
    "pacing.probing": "prueba de nuevo",
    "pacing.released": "El freno de {scope} está suelto.",
    "certificate.head": "{count} originaciones de {began} a {ended}",
    "certificate.line": "{scope}: como mucho {most} en un segundo cualquiera (límite {limit}), media {mean} por segundo, desvío del intervalo p50 {p50} ms, p99 {p99} ms",
    "certificate.kept": "Todos los límites se cumplieron.",
    "certificate.broken": "SOBRE EL LÍMITE: {scopes}",
    "certificate.empty": "No se originó ninguna llamada.",
}
