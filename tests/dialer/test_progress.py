from __future__ import annotations

from fastagi_server.dialer.progress import Progress
from fastagi_server.telephony.campaign import CampaignState


def test_a_campaign_that_never_ran_here_has_no_pauses_and_no_queues() -> None:
    progress = Progress(name="c", state=CampaignState.READY, sent=0, waiting=0, skipped={})
    assert (progress.paused, progress.queues, progress.channels) == ({}, (), 0)
