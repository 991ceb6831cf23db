"""What the demo says in Portuguese."""

DEMO: dict[str, str] = {
    "demo.lab": "Subindo o laboratório: um Asterisk real e uma operadora (na primeira vez são construídos: um ou dois minutos).",
    "demo.ready": "Pronto para discar depois de {seconds} s.",
    "demo.progress": "{sent} chamadas enviadas, {up} em curso",
    "demo.match": "O arquivo da operadora: {carriers} chamadas, as nossas {ours}; {matched} casam uma a uma por X-Discador-Call.",
    "demo.setup": "Da vez até a operadora: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms; no máximo {most} em qualquer segundo na operadora.",
    "demo.report": "O relatório está também em {path}.",
    "demo.kept": "Tudo fica em execução; sua configuração é {config}. Para retirar: scripts/demo --end --name {name}",
    "demo.closed": "O que restava da demonstração {name!r} foi retirado.",
}
