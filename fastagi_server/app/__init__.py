"""The roof: it wires everyone and decides nothing. Only here the reactor, the clock and the dice are real."""
