"""From risk to safety: the clocks that run on it."""

from goldthread.safeguarding.clock_models import Clock as Clock
from goldthread.safeguarding.clock_models import ClockStep as ClockStep
from goldthread.safeguarding.missing_models import MissingAssessment as MissingAssessment
from goldthread.safeguarding.missing_models import MissingEpisode as MissingEpisode
from goldthread.safeguarding.missing_models import MissingInterview as MissingInterview
from goldthread.safeguarding.missing_models import MissingReturn as MissingReturn
from goldthread.safeguarding.missing_models import MissingSighting as MissingSighting
from goldthread.safeguarding.protection_models import ChildMeeting as ChildMeeting
from goldthread.safeguarding.protection_models import Protection as Protection
from goldthread.safeguarding.protection_models import ProtectionVersion as ProtectionVersion
