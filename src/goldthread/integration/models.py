"""What the service keeps of other systems."""

from goldthread.integration.message_models import IncidentSystem as IncidentSystem
from goldthread.integration.message_models import Message as Message
from goldthread.integration.message_models import MessageGap as MessageGap
from goldthread.integration.message_models import MessageSettled as MessageSettled
from goldthread.integration.message_models import Placed as Placed
from goldthread.integration.message_models import SystemIncident as SystemIncident
