"""From risk to safety: the clocks that run on it."""

from goldthread.safeguarding.child_models import ChildRecord as ChildRecord  # its other tables stand in the same file
from goldthread.safeguarding.clock_models import Clock as Clock
from goldthread.safeguarding.clock_models import ClockStep as ClockStep
