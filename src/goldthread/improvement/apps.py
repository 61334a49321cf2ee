from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    name = "goldthread.improvement"

    def ready(self) -> None:
        from goldthread.files.registry import seen_by
        from goldthread.improvement.models import EVIDENCE

        seen_by(EVIDENCE, lambda user, _number: user.can("plan.register"))

        from goldthread.improvement import theme_uses
        from goldthread.quality.uses import Use, register_use

        register_use(
            Use("Make it an action of the plan", "plan.keep", "/improvement/actions/new/?theme={}", theme_uses.actions)
        )
        register_use(Use("Make it evidence", "plan.note", "/improvement/evidence/new/?theme={}", theme_uses.evidence))
