"""From risk to safety: the clocks that run on it."""

from goldthread.safeguarding.child_models import ChildRecord as ChildRecord  # its other tables stand in the same file
from goldthread.safeguarding.clock_models import Clock as Clock
from goldthread.safeguarding.clock_models import ClockStep as ClockStep
from goldthread.safeguarding.concern_models import Concern as Concern
from goldthread.safeguarding.door_models import DoorAnswer as DoorAnswer
from goldthread.safeguarding.door_models import DoorVisit as DoorVisit
from goldthread.safeguarding.link_models import LinkCode as LinkCode
from goldthread.safeguarding.link_models import LinkUse as LinkUse
from goldthread.safeguarding.link_models import PartnerLink as PartnerLink
from goldthread.safeguarding.missing_models import MissingAssessment as MissingAssessment
from goldthread.safeguarding.missing_models import MissingEpisode as MissingEpisode
from goldthread.safeguarding.missing_models import MissingInterview as MissingInterview
from goldthread.safeguarding.missing_models import MissingReturn as MissingReturn
from goldthread.safeguarding.missing_models import MissingSighting as MissingSighting
from goldthread.safeguarding.missing_models import MissingSightingWithdrawal as MissingSightingWithdrawal
from goldthread.safeguarding.partner_models import Partner as Partner
from goldthread.safeguarding.partner_models import PartnerContact as PartnerContact
from goldthread.safeguarding.partner_models import SchoolStaffDay as SchoolStaffDay
from goldthread.safeguarding.partner_models import SchoolTerm as SchoolTerm
from goldthread.safeguarding.protection_models import ChildMeeting as ChildMeeting
from goldthread.safeguarding.protection_models import Protection as Protection
from goldthread.safeguarding.protection_models import ProtectionVersion as ProtectionVersion
from goldthread.safeguarding.referral_models import Referral as Referral
from goldthread.safeguarding.referral_models import ReferralChild as ReferralChild
from goldthread.safeguarding.referral_models import ReferralLeg as ReferralLeg
