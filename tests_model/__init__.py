"""Tests of the training, which needs torch: ``make test-model`` runs them in the environment of ``make model``."""
