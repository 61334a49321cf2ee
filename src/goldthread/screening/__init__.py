"""Stored logs in bulk: tables of any size read by the reader on all cores or on Spark, and records linked to each other.

No Django, and no person's words in any message: rows are named by their number.
"""
