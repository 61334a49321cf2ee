from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"

    def ready(self) -> None:
        from goldthread.safeguarding import blocking  # noqa: F401 - registers its answer
        from goldthread.safeguarding.child_shown import show_child
        from goldthread.safeguarding.shown import show_all

        show_all()
        show_child()
