from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"

    def ready(self) -> None:
        from goldthread.safeguarding import blocking, concern_tasks  # noqa: F401 - registers its answer, and its job
        from goldthread.safeguarding.concern_measures import register_all
        from goldthread.safeguarding.shown import show_all

        show_all()
        register_all()
