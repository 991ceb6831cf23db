"""What the demo says in Spanish."""

DEMO: dict[str, str] = {
    "demo.lab": "Levantando el laboratorio: un Asterisk real y un operador (la primera vez se construyen: uno o dos minutos).",
    "demo.ready": "Listo para marcar después de {seconds} s.",
    "demo.progress": "{sent} llamadas enviadas, {up} en curso",
    "demo.match": "El archivo del operador: {carriers} llamadas, las nuestras {ours}; {matched} coinciden una a una por X-Discador-Call.",
    "demo.setup": "Del turno al operador: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms; como mucho {most} en cualquier segundo en el operador.",
    "demo.report": "El informe está también en {path}.",
    "demo.kept": "Todo queda en marcha; su configuración es {config}. Para retirarlo: scripts/demo --end --name {name}",
    "demo.closed": "Se retiró lo que quedaba de la demostración {name!r}.",
}
