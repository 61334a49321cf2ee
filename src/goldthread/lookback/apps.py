from django.apps import AppConfig


class LookbackConfig(AppConfig):
    name = "goldthread.lookback"

    def ready(self) -> None:
        from goldthread.lookback import decide_actions  # noqa: F401 - registers its listeners
        from goldthread.lookback.measures import register_all

        register_all()
