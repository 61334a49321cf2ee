from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"

    def ready(self) -> None:
        from goldthread.safeguarding import (
            blocking,  # noqa: F401 - registers its answer
            referral_measures,
        )
        from goldthread.safeguarding.shown import show_all

        show_all()
        referral_measures.register_all()
