from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    name = "goldthread.improvement"

    def ready(self) -> None:
        from goldthread.files.registry import seen_by
        from goldthread.improvement.models import EVIDENCE

        seen_by(EVIDENCE, lambda user, _number: user.can("plan.register"))
