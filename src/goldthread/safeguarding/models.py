"""From risk to safety: the clocks that run on it."""

from goldthread.safeguarding.clock_models import Clock as Clock
from goldthread.safeguarding.clock_models import ClockStep as ClockStep
from goldthread.safeguarding.concern_models import Concern as Concern
from goldthread.safeguarding.door_models import DoorAnswer as DoorAnswer
from goldthread.safeguarding.door_models import DoorVisit as DoorVisit
