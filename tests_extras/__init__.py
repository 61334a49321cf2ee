"""Tests of what needs more than the service: Spark with Java 17, and Splink. ``make test-extras`` runs them."""
