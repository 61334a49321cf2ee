from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    name = "goldthread.investigation"

    def ready(self) -> None:
        from goldthread.investigation import blocking, child_lines  # noqa: F401 - the first registers its answer
        from goldthread.investigation.measures import register_all
        from goldthread.investigation.shown import show_all

        register_all()
        show_all()
        child_lines.register_all()
