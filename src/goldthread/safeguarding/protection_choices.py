"""The words of police protection, each code with what the screen says."""

ENDINGS = [
    ("released", "Released"),
    ("order", "Emergency protection order made"),
    ("accommodated", "Accommodated by the local authority"),
    ("other", "Otherwise, as written"),
]
PLANS = [
    ("release", "Release, and to whom is planned"),
    ("order", "Emergency protection order asked for"),
    ("accommodation", "Local authority is to accommodate"),
]
TOLD = [("told", "Told"), ("not_yet", "Not yet, for the reason written")]
MEETINGS = [("strategy", "Strategy discussion"), ("conference", "Child protection conference")]
OUTCOMES = [
    ("enquiry", "Section 47 enquiry"),
    ("support", "Support without an enquiry"),
    ("no_action", "No further action"),
    ("plan", "Child protection plan"),
    ("no_plan", "No child protection plan"),
    ("not_held", "Not held, for the reason written"),
]
OF_KIND = {
    "strategy": ("enquiry", "support", "no_action", "not_held"),
    "conference": ("plan", "no_plan", "not_held"),
}
"""What may come of a strategy discussion and of a conference."""
