from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "goldthread.assessment"

    def ready(self) -> None:
        from goldthread.assessment import actions  # noqa: F401 - registers its listeners
