"""The reader's corpus, its training and its evaluation. Nothing here is installed with the service."""
