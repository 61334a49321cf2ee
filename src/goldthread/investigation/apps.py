from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    name = "goldthread.investigation"
