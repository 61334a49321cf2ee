"""The app that holds the design system."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Layout, components, error pages and the built styles; knows nothing of what the pages are about."""

    name = "goldthread.web"
    verbose_name = "Pages and design"
