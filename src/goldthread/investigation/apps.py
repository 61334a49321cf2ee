from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    name = "goldthread.investigation"

    def ready(self) -> None:
        from goldthread.investigation import blocking  # noqa: F401 - registers its answer
        from goldthread.investigation.measures import register_all
        from goldthread.investigation.shown import show_all

        register_all()
        show_all()
