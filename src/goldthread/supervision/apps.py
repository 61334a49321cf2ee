from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "goldthread.supervision"

    def ready(self) -> None:
        from goldthread.supervision import (  # noqa: F401 - the first registers its answer, the last its listener
            blocking,
            irmm,
            irmm_measures,
            sweep_actions,
        )
        from goldthread.supervision.measures import register_all
        from goldthread.supervision.shown import show_all

        irmm.register()
        register_all()
        irmm_measures.register_all()
        show_all()
