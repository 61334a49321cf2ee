from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "goldthread.quality"

    def ready(self) -> None:
        from goldthread.measures.series import register_series
        from goldthread.quality.series import all_rates

        register_series(all_rates)
