"""What stands between Goldthread and other systems."""

from goldthread.integration.card_models import Card as Card
from goldthread.integration.webhook_models import Delivery as Delivery
from goldthread.integration.webhook_models import Subscription as Subscription
from goldthread.integration.webhook_models import WebhookSecret as WebhookSecret
