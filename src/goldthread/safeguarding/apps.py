from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"

    def ready(self) -> None:
        from goldthread.safeguarding import (  # noqa: F401 - some register what they answer, listen to or do in time
            blocking,
            child_tasks,
            concern_measures,
            concern_tasks,
            door_actions,
            door_measures,
            missing_actions,
            protection_measures,
            referral_measures,
        )
        from goldthread.safeguarding.shown import show_all

        show_all()
        door_measures.register_all()
        concern_measures.register_all()
        referral_measures.register_all()
        protection_measures.register_all()
