from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"

    def ready(self) -> None:
        from goldthread.safeguarding import blocking, door_actions, door_measures  # noqa: F401 - they register what they answer and listen to
        from goldthread.safeguarding.shown import show_all

        show_all()
        door_measures.register_all()
