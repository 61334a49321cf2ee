"""What is told to people outside the service."""

from goldthread.notices.notice_models import Notice as Notice
