from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "goldthread.governance"

    def ready(self) -> None:
        from goldthread.governance import boards

        boards.register()
