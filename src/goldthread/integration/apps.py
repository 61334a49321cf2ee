from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "goldthread.integration"
