from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "goldthread.response"

    def ready(self) -> None:
        from goldthread.response import actions  # noqa: F401 - registers its listeners
