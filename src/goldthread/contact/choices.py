"""The words of first contact, each code with what the screen says."""

CHANNELS = [
    ("999", "999"),
    ("101", "101"),
    ("online", "Online"),
    ("email", "E-mail"),
    ("chat", "Chat"),
    ("social", "Social media"),
    ("counter", "Front counter"),
    ("partner", "Partner agency"),
    ("officer", "Officer"),
]
SOURCES = [
    ("caller", "Caller said"),
    ("heard", "Heard"),
    ("officer", "Officer"),
    ("partner", "Partner"),
    ("inference", "Inference"),
    ("system", "System"),
]
ENTRY_KINDS = [("words", "Words"), ("event", "Event")]
ORIGINS = [("here", "Recorded here"), ("imported", "Imported")]
PARTICULARS = [
    ("location", "Place"),
    ("caller_name", "Caller's name"),
    ("caller_phone", "Caller's number"),
    ("sender", "Sender's address"),
]
CHILD_INVOLVED = [("yes", "Child involved"), ("possible", "Child possibly involved"), ("none", "Asked: none")]
CHILDREN_ANSWERS = [
    ("not_asked", "Not asked"),
    ("named", "Children recorded"),
    ("asked_none", "Asked: none"),
    ("not_known", "Asked: not known"),
]
SEEN = [
    ("not_known", "Not known"),
    ("not_seen", "Not seen"),
    ("seen", "Seen"),
    ("spoken_to", "Seen and spoken to"),
]
RECEIVED = ["online", "email", "chat", "social", "counter", "partner"]
"""Channels whose contacts arrive by themselves and wait in the inbox; the others are calls, taken as they come."""
LINE = [("speaking", "Speaking"), ("silent", "Silent"), ("dropped", "Dropped"), ("abandoned", "Abandoned")]
CALL_BACKS = [
    ("answered", "Answered"),
    ("no_answer", "No answer"),
    ("engaged", "Engaged"),
    ("voicemail", "Voicemail left"),
    ("not_safe", "Not rung: not safe"),
]
NEW_RISK = [
    ("nothing", "Told of the delay; asked, nothing new"),
    ("something", "Told of the delay; asked, something new"),
    ("not_asked", "Told of the delay; could not ask"),
]
ON_LINE = [
    ("not_asked", "Not asked"),
    ("adult", "Adult"),
    ("child", "Child"),
    ("professional", "Professional"),
    ("third_party", "Third party"),
    ("not_known", "Not known"),
]
INTERPRETERS = [
    ("none", "No interpreter"),
    ("service", "Interpreting service"),
    ("relative", "Relative or friend"),
    ("suspect", "May be the suspect"),
    ("not_known", "Not known who it is"),
]
SAFE_CONTACT = [
    ("not_asked", "Not asked"),
    ("given", "Safe as given"),
    ("not_safe", "Not safe to call"),
    ("not_known", "Asked: not known"),
]
METHODS = [
    ("not_asked", "Not asked"),
    ("call", "Call"),
    ("text", "Text message"),
    ("email", "E-mail"),
    ("person", "In person only"),
    ("other", "Through somebody safe"),
]
VOICEMAIL = [("not_asked", "Not asked"), ("safe", "Safe"), ("not_safe", "Not safe")]
PARTS = [("opener", "Opened it"), ("author", "Wrote in it"), ("owner", "Owned it"), ("attending", "Attended it")]

SIGHT_REASONS = [
    ("exception", "An exception that a board or a pack shows"),
    ("assurance", "Assurance of a recommendation"),
    ("complaint", "A complaint, or a letter"),
    ("review", "A review or an inspection"),
]
"""Why somebody who answers for the force opens records: a list, so that no particulars of a person stand in the audit *(ours)*."""
