from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "goldthread.integration"

    def ready(self) -> None:
        from goldthread.integration import message_measures, message_shown

        message_measures.register_all()
        message_shown.register_all()
