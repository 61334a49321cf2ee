"""What the service does in a second, each figure beside a reference taken in the same run: ``python -m bench [NAME ...]``."""
