from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "goldthread.safeguarding"
