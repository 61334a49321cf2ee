"""Files on the record."""

from goldthread.files.file_models import Attachment as Attachment
