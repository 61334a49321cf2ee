from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "goldthread.retention"

    def ready(self) -> None:
        from goldthread.retention import holding  # noqa: F401 - registers its answer
        from goldthread.retention.measures import register_all

        register_all()
