"""Figures: what came of calls and campaigns. It counts and decides nothing."""
