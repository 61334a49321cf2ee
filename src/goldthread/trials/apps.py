from django.apps import AppConfig


class TrialsConfig(AppConfig):
    name = "goldthread.trials"

    def ready(self) -> None:
        from goldthread.trials import rescue_actions  # noqa: F401 - registers its listeners
        from goldthread.trials.measures import register_all

        register_all()
