from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "goldthread.learning"

    def ready(self) -> None:
        from goldthread.learning.queries import of_theme
        from goldthread.quality.uses import Use, register_use

        register_use(Use("Make it a learning need", "learning.keep", "/learning/needs/new?theme={}", of_theme))
