from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "goldthread.desk"

    def ready(self) -> None:
        from goldthread.accounts.presenters import TOLD
        from goldthread.desk import board  # noqa: F401 - registers its listener
        from goldthread.desk.measures import register_all
        from goldthread.desk.noticing import told_above
        from goldthread.desk.reason_views import opening
        from goldthread.measures.queries import OPENINGS

        register_all()
        TOLD.append(told_above)
        OPENINGS["incident"] = opening
