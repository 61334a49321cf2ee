"""The time that a force's people live by."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
