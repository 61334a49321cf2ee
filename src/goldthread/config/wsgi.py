"""The pages' WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from goldthread.config.upward import ServiceStarts, announce

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
application = get_wsgi_application()

announce(ServiceStarts())
