"""Portuguese: paces, brakes, the certificate."""

from __future__ import annotations

PACING = {
    "help.pacing": "Em que ritmo saem as chamadas, e o que as detém.",
    "help.pacing.show": "Mostra o limite, o ritmo e o freio de cada âmbito.",
    "help.pacing.release": "Deixa sair de novo as chamadas de um âmbito que o seu freio deteve.",
    "help.pacing.why": "Por quê, para o registro.",
    "help.pacing.certificate": "Prova pelos registros que nenhum segundo passou de um limite.",
    "help.pacing.since": "Desde quando: um dia ou um instante, UTC se não nomear o fuso.",
    "help.pacing.until": "Até quando.",
    "help.pacing.csv": "Em CSV.",
    "pacing.line": "{scope}: limite {limit}, ritmo {pace}, freio {standing}",
    "pacing.none": "nenhum",
    "pacing.free": "solto",
    "pacing.stopped": "puxado",
    "pacing.probing": "tenta de novo",
    "pacing.released": "O freio de {scope} está solto.",
    "certificate.head": "{count} originações de {began} a {ended}",
    "certificate.line": "{scope}: no máximo {most} em um segundo qualquer (limite {limit}), média {mean} por segundo, desvio do intervalo p50 {p50} ms, p99 {p99} ms",
    "certificate.kept": "Todos os limites foram respeitados.",
    "certificate.broken": "ACIMA DO LIMITE: {scopes}",
    "certificate.empty": "Nenhuma chamada foi originada.",
}
