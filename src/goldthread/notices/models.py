"""The outbox: what is to be told to somebody outside a page, and whether it was."""
