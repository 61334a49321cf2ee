"""From risk to safety: the officer at the door, VAST, referrals, statutory clocks, missing episodes, the child's record."""
