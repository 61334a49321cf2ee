"""The safeguarding spine of an investigation: taken over, reviewed in time, the child's voice, outcome."""
