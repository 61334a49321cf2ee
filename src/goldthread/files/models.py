"""Attachments: kept once by content, with limits of size and type."""
