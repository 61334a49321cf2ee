from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "goldthread.files"
