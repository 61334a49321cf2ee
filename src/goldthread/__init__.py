"""Goldthread: one thread from a child's first mention to the police, to the board that must answer for it."""
