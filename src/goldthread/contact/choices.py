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
PARTICULARS = [("location", "Place"), ("caller_name", "Caller's name"), ("caller_phone", "Caller's number")]
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
PARTS = [("opener", "Opened it"), ("author", "Wrote in it"), ("owner", "Owned it"), ("attending", "Attended it")]
