from django.apps import AppConfig


class CommissionerConfig(AppConfig):
    name = "goldthread.commissioner"
