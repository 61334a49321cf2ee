from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"

    def ready(self) -> None:
        from goldthread.safeguarding import (
            blocking,  # noqa: F401 - registers its answer
            protection_shown,
        )
        from goldthread.safeguarding.protection_measures import register_all
        from goldthread.safeguarding.shown import show_all

        show_all()
        protection_shown.show_all()
        register_all()
