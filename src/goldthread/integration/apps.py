from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "goldthread.integration"

    def ready(self) -> None:
        from goldthread.integration import (
            card_actions,
            card_views,  # noqa: F401 - it lets a card's requests through
            message_measures,
            message_shown,
            webhook_send_actions,  # noqa: F401 - it listens
            webhook_tasks,  # noqa: F401 - done in time
        )

        card_actions.connect()
        message_measures.register_all()
        message_shown.register_all()
