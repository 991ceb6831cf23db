from __future__ import annotations

from typing import Any

import pytest

from fastagi_server.config.settings import Language
from fastagi_server.console.report_text import lines
from fastagi_server.console.tongue import TABLES, Tongue
from fastagi_server.telephony.campaign import CampaignState, ContactState
from fastagi_server.telephony.disposition import Disposition

FIGURES = {"succeeded": 13500, "failed": 1500, "success_rate": 0.9, "answered": 9000, "answer_rate": 0.6}
TOLD: dict[str, Any] = {
    "campaign": "12345-abcde",
    "state": "done",
    "lab": True,
    "began_at": 1_705_312_800.0,
    "ended_at": 1_705_313_400.0,
    "seconds": 600.0,
    "config": {
        "trunk": "carrier",
        "target_cps": 25.0,
        "countries": ["usa", "mexico", "costa_rica"],
        "callerids": 1000,
    },
    "totals": {"attempted": 15000, **FIGURES, "not_sent": 0},
    "performance": {
        "mean_cps": 24.84,
        "max_cps": 25,
        "efficiency": 0.9936,
        "setup_mean_seconds": 0.245,
        "setup_p95_seconds": 0.41,
        "setup_p99_seconds": 0.9,
        "max_concurrent": 1742,
        "late_p50_seconds": 0.0012,
        "late_p99_seconds": 0.0214,
    },
    "countries": {
        "mexico": {"attempted": 3750, "success_rate": 0.921, "connect_key": "3"},
        "usa": {"attempted": 11250, "success_rate": 0.885, "connect_key": "1"},
    },
    "dispositions": {"connected": 8000, "no_answer": 4500},
    "contacts": {"queued": 0, "dialing": 0, "done": 15000, "refused": 2},
    "refusals": {"duplicate": 1, "not_dialable: toll_free": 1},
}
IN_PORTUGUESE = """RELATÓRIO DE TESTE DE CARGA
===========================

Teste ID: 12345-abcde
Data/Hora: 2024-01-15 10:00:00 - 2024-01-15 10:10:00 UTC
Duração: 10 min 0 s

CONFIGURAÇÃO
------------
CPS Alvo: 25.0
Países: USA, MEXICO, COSTA RICA
CLIs: 1,000
Tronco: carrier

RESULTADOS GERAIS
-----------------
Chamadas Tentadas: 15,000
Chamadas Bem-sucedidas: 13,500
Chamadas Falhadas: 1,500
Taxa de Sucesso: 90.00%
Taxa de Atendimento: 60.00%

PERFORMANCE
-----------
CPS Médio: 24.8
CPS Máximo: 25.0
Eficiência: 99.4% do alvo
Tempo Médio Setup: 0.245s
Tempo Setup P95: 0.410s
Tempo Setup P99: 0.900s
Chamadas Concorrentes Máx: 1,742
Atraso P50: 1.2 ms
Atraso P99: 21.4 ms

ESTATÍSTICAS POR PAÍS
---------------------
MEXICO: 3,750 chamadas, 92.1% sucesso (DTMF tecla 3)
USA: 11,250 chamadas, 88.5% sucesso (DTMF tecla 1)

COMO TERMINARAM AS CHAMADAS
---------------------------
Conectadas: 8,000
Não atendem: 4,500

CONTATOS
--------
Em espera: 0
Em chamada: 0
Terminados: 15,000
Recusados: 2
  já está na lista: 1
  é de ligação gratuita: 1"""


def text(language: Language = Language.ENGLISH, **changes: Any) -> str:
    return "\n".join(lines({**TOLD, **changes}, Tongue(language)))


def test_it_is_the_guides_report() -> None:
    assert text(Language.PORTUGUESE) == IN_PORTUGUESE


@pytest.mark.parametrize(
    ("language", "title"),
    [
        (Language.ENGLISH, "LOAD TEST REPORT"),
        (Language.SPANISH, "INFORME DE PRUEBA DE CARGA"),
        (Language.PORTUGUESE, "RELATÓRIO DE TESTE DE CARGA"),
    ],
)
def test_it_speaks_the_readers_language(language: Language, title: str) -> None:
    told = text(language).splitlines()

    assert told[:2] == [title, "=" * len(title)]
    assert len(told) == len(IN_PORTUGUESE.splitlines())


def test_a_campaign_of_people_is_no_load_test() -> None:
    assert text(lab=False).splitlines()[0] == "CAMPAIGN REPORT"


def test_before_the_first_call_there_is_no_hour_and_no_country() -> None:
    told = text(began_at=None, ended_at=None, countries={}, dispositions={})

    assert "No call has been sent yet." in told
    assert "STATISTICS BY COUNTRY" not in told
    assert "HOW CALLS ENDED" not in told


def test_no_target_has_no_share_of_it() -> None:
    performance = {**TOLD["performance"], "efficiency": None}
    told = text(config={**TOLD["config"], "target_cps": None}, performance=performance)

    assert "Target CPS: no limit" in told
    assert "Efficiency" not in told


def test_what_never_left_is_told_beside_the_attempts() -> None:
    assert "Begun and Never Sent: 3" in text(totals={**TOLD["totals"], "not_sent": 3})


@pytest.mark.parametrize("language", list(TABLES))
def test_every_word_that_may_stand_in_it_is_known(language: Language) -> None:
    words = TABLES[language]

    assert {f"disposition.{each}" for each in Disposition} <= set(words)
    assert {f"contact.{each}" for each in ContactState} <= set(words)
    assert {f"state.{each}" for each in CampaignState} <= set(words)


def test_of_no_calls_there_is_no_rate_and_no_performance() -> None:
    none = {**TOLD["totals"], "attempted": 0, "success_rate": None, "answer_rate": None}
    told = text(began_at=None, ended_at=None, totals=none, countries={}, dispositions={})

    assert "Success Rate: -\n" in told
    assert "Answer Rate: -\n" in told
    assert "%" not in told
    assert "PERFORMANCE" not in told
