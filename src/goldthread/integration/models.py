"""What the service keeps of other systems."""

from goldthread.integration.card_models import Card as Card
from goldthread.integration.message_models import IncidentSystem as IncidentSystem
from goldthread.integration.message_models import Message as Message
from goldthread.integration.message_models import MessageGap as MessageGap
from goldthread.integration.message_models import MessageSettled as MessageSettled
from goldthread.integration.message_models import Placed as Placed
from goldthread.integration.message_models import SystemIncident as SystemIncident
from goldthread.integration.webhook_models import Delivery as Delivery
from goldthread.integration.webhook_models import Subscription as Subscription
from goldthread.integration.webhook_models import WebhookSecret as WebhookSecret
