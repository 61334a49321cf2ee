"""The jobs of accounts, each safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.accounts.oidc_actions import ask_again_due
from goldthread.config.logs import log


@app.periodic(cron="* * * * *", periodic_id="accounts-ask-again")
@app.task(name="accounts.ask_again", queueing_lock="accounts.ask_again", lock="accounts.ask_again")
def ask_again(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Ask the force's directory anew about those who are signed on."""
    answered = ask_again_due()
    if answered:
        log().info("the directory was asked again", part="jobs", count=answered)
