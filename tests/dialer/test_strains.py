from __future__ import annotations

from dataclasses import replace

from fastagi_server.dialer.strains import Strain, Strains
from fastagi_server.pacing.change import Move
from fastagi_server.telephony import facts
from fastagi_server.telephony.record import State
from tests.dialer.test_pacer import Time, ended


class World:
    def __init__(self, strain: Strain) -> None:
        self.strains = Strains(strain)
        self.time = Time()
        self.found: list[tuple[float, Move]] = []

    def calls(self, seconds: float, *, dialed: float = 0.01, rings: float = 2.0, answers: int = 3) -> None:
        """Ten calls a second, of which one in so many is answered."""
        for n in range(int(seconds * 10)):
            self.time.now += 0.1
            now = self.time.now
            record, over = ended(self.time, answered=n % answers == 0, ordered_at=now)
            at = now + dialed
            self.strains.watch(
                replace(record, state=State.DIALING, dialed_at=at), facts.Dialed(call=record.call, at=at), at
            )
            at = now + rings
            self.strains.watch(
                replace(record, state=State.RINGING, ringing_at=at),
                facts.Ringing(call=record.call, at=at),
                at,
            )
            if record.answered_at is not None:
                self.strains.watch(record, facts.Answered(call=record.call, at=now), now)
            self.strains.watch(record, over, now)
            found = self.strains.look(now)
            if found is not None:
                self.found.append((now, found[0]))


def test_each_strain_is_told_after_a_quiet_hour() -> None:
    strain = Strain(asr_fall=0.5, slow_pdd=2.0, slow_originate=0.5, load=4.0)
    for wrong, move, most in (
        ({"dialed": 0.8}, Move.ORIGINATE, 20.0),
        ({"rings": 7.0}, Move.PDD, 30.0),
        ({"answers": 12}, Move.ASR, 90.0),
    ):
        world = World(strain)
        world.calls(3_600.0)
        assert world.found == []
        begun = world.time.now

        world.calls(100.0, **wrong)  # type: ignore[arg-type]

        assert world.found[0][1] is move
        assert world.found[0][0] - begun <= most


def test_a_machine_that_says_it_is_loaded_is_believed_and_one_that_does_not_is_not_asked() -> None:
    world = World(Strain(load=4.0))
    world.calls(30.0)
    world.strains.load = 4.5
    world.calls(30.0)
    world.strains.load = 1.0
    world.calls(30.0)

    assert [move for _, move in world.found] == [Move.LOAD] * 3


def test_what_is_off_is_never_told() -> None:
    world = World(Strain())
    world.calls(600.0)
    world.strains.load = 100.0
    world.calls(600.0, dialed=5.0, rings=20.0, answers=1_000)

    assert world.found == []


def test_what_is_measured_is_shown() -> None:
    world = World(Strain())
    assert world.strains.figures(0.0) == {"pdd_usual": None, "originate_p95": None, "load": None}
    world.calls(60.0)

    figures = world.strains.figures(world.time.now)
    assert figures["pdd_usual"] is not None
    assert 1.9 < figures["pdd_usual"] < 2.1
    assert figures["originate_p95"] is not None
    assert figures["originate_p95"] < 0.02
