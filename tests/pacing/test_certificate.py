from __future__ import annotations

from dataclasses import replace

import pytest

from fastagi_server.pacing.certificate import certify
from fastagi_server.telephony.call_id import mint
from fastagi_server.telephony.campaign import Origination


def origination(
    at: float,
    *,
    late: float = 0.0,
    engine: str = "one",
    country: str = "usa",
    asterisk: str | None = None,
) -> Origination:
    return Origination(
        call=mint(at, bytes(10)),
        engine=engine,
        trunk="carrier",
        country=country,
        campaign="spring",
        planned_at=at,
        ordered_at=at + late,
        asterisk=asterisk,
    )


def test_each_scope_is_proved_by_itself() -> None:
    told = [origination(n / 8, country="usa" if n % 2 else "mexico") for n in range(100)]

    proofs = {each.scope: each for each in certify(told, {"cluster": 8.0, "country:usa": 3.0})}

    assert set(proofs) == {"cluster", "trunk:carrier", "country:usa", "country:mexico", "campaign:spring"}
    assert (proofs["cluster"].originations, proofs["cluster"].most) == (100, 8)
    assert proofs["cluster"].mean == pytest.approx(8.0)
    assert proofs["cluster"].is_kept
    assert proofs["country:usa"].most == 4
    assert not proofs["country:usa"].is_kept
    assert proofs["trunk:carrier"].limit is None
    assert proofs["trunk:carrier"].is_kept


def test_the_spacing_is_compared_with_what_was_planned() -> None:
    told = [origination(n / 10, late=0.003 if n == 50 else 0.0) for n in range(100)]

    cluster = next(each for each in certify(told, {}) if each.scope == "cluster")

    assert cluster.off_p50 == pytest.approx(0.0, abs=1e-9)
    assert cluster.off_p99 == pytest.approx(0.003)
    assert cluster.off_max == pytest.approx(0.003)


def test_two_engines_are_counted_together() -> None:
    told = [origination(n / 8, engine="two" if n % 3 else "one") for n in range(100)]

    cluster = next(each for each in certify(told, {"cluster": 7.0}) if each.scope == "cluster")

    assert (cluster.originations, cluster.most, cluster.is_kept) == (100, 8, False)


def test_each_asterisk_of_several_is_proved_by_itself_and_one_alone_has_no_scope() -> None:
    alone = [origination(n / 8, asterisk=None if n < 4 else "asterisk") for n in range(16)]
    told = [origination(n / 8, asterisk="b" if n % 4 else "asterisk") for n in range(100)]

    assert not any(each.scope.startswith("asterisk:") for each in certify(alone, {}))
    (limited,) = (each for each in certify(alone, {"asterisk:asterisk": 3.0}) if "asterisk:" in each.scope)
    assert (limited.originations, limited.most, limited.is_kept) == (12, 8, False)
    proofs = {each.scope: each for each in certify(told, {"asterisk:asterisk": 2.0, "asterisk:b": 5.0})}
    assert (proofs["asterisk:asterisk"].most, proofs["asterisk:asterisk"].is_kept) == (2, True)
    assert (proofs["asterisk:b"].most, proofs["asterisk:b"].is_kept) == (6, False)


def test_a_limit_below_one_a_second_allows_one() -> None:
    told = certify([origination(1.0), origination(5.0)], {"cluster": 0.25})
    cluster = next(each for each in told if each.scope == "cluster")

    assert cluster.most == 1
    assert cluster.is_kept


def test_of_nothing_nothing_is_proved() -> None:
    assert certify([], {"cluster": 1.0}) == []


def test_a_call_that_is_known_by_its_route_alone_counts_at_each_of_its_trunks() -> None:
    by_trunk = [replace(origination(n / 20), trunk="acme") for n in range(8)]
    by_route = [replace(origination(0.5 + n / 20), trunk="wholesale") for n in range(8)]
    told = certify(
        [*by_trunk, *by_route],
        {"trunk:acme": 10.0, "trunk:safe": 10.0},
        {"wholesale": {"acme": 1, "safe": 0}},
    )
    proofs = {each.scope: each for each in told if each.scope.startswith("trunk:")}

    assert {scope: (each.most, each.is_kept) for scope, each in proofs.items()} == {
        "trunk:acme": (16, False),
        "trunk:safe": (8, True),
    }
