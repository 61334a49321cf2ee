"""The pages' WSGI application, with everything loaded that its first pages would else wait for."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

from goldthread.config.upward import ServiceStarts, announce

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
application = get_wsgi_application()

announce(ServiceStarts())
_ = get_resolver().url_patterns
_pages = engines["jinja2"].env  # type: ignore[attr-defined]
for _name in _pages.list_templates(extensions=["jinja"]):
    _pages.get_template(_name)

# What stays for good is taken out of the collector's rounds, which would else walk all of it in the middle of a page.
gc.collect()
gc.freeze()
