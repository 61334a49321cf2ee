from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "goldthread.integration"

    def ready(self) -> None:
        from goldthread.integration import (  # noqa: F401 - they listen, do in time, and let a card's requests through
            card_actions,
            card_views,
            webhook_send_actions,
            webhook_tasks,
        )

        card_actions.connect()
