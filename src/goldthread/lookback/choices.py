"""The words of the look-back, each code with what the screen says."""

KINDS = [("file", "Screened file"), ("stored", "Our own incidents")]
LEVELS = {"immediate": 4, "high": 3, "medium": 2, "low": 1}
"""The reader's levels with how they rank. At risk without a level counts as low: it is never dropped."""
SUGGESTS = {4: "Immediate", 3: "Priority", 2: "Scheduled", 1: "Resolution"}
STATES = [("open", "To be decided"), ("decided", "Decided")]
DECISIONS = [("safe", "Safe because"), ("vast", "VAST"), ("reopen", "Re-open"), ("undone", "Decision undone")]
WHY = {
    "not_sure": "the reader was not sure",
    "no_grade": "no grade that is known was given",
    "grade_below": "the grade is below what the words suggest",
    "child_not_named": "neither a tag nor the THRIVE names a child",
}
TIES = [("person", "perhaps the same person"), ("address", "perhaps the same address")]
"""Linking proposes; whoever decides looks."""
SAFE_BECAUSE = [
    ("seen", "The child was seen and was safe, and that is on record"),
    ("acted_on", "The risk was acted on under another record"),
    ("not_this_child", "The words are not about a child at risk"),
    ("past", "The words are about something past that was dealt with"),
    ("other", "Another reason"),
]
OUTCOMES = [
    ("safe_seen", "Child seen and safe"),
    ("confirmed", "Risk confirmed and acted on"),
    ("no_trace", "No trace"),
    ("other", "Other"),
]
