from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "goldthread.response"

    def ready(self) -> None:
        from goldthread.assessment.modes import AUTHORS
        from goldthread.response import actions, reassess_actions  # noqa: F401 - they register their listeners
        from goldthread.response.measures import register_all

        AUTHORS.append("SELECT incident_id, by_id FROM response_gradeperiod")
        register_all()
