"""The words of missing episodes that no force changes, each code with what the screen says."""

FOUND_BY = [
    ("police", "Found by police"),
    ("family", "Found by family or carer"),
    ("agency", "Found by another agency"),
    ("public", "Found by somebody else"),
    ("self", "Came back alone"),
    ("not_known", "Not known"),
]
INTERVIEWS = [("prevention", "Prevention interview"), ("return", "Return home interview")]
OUTCOMES = [
    ("offered", "Offered"),
    ("done", "Done"),
    ("declined", "Declined by the child"),
    ("not_done", "Not done, for the reason written"),
]
OF_KIND = {"prevention": ("done", "declined", "not_done"), "return": ("offered", "done", "declined")}
"""What may come of each: a return home interview is offered to every child, whatever the reason not to."""
HOW = [("face", "Face to face"), ("phone", "By telephone"), ("video", "By video"), ("other", "Otherwise")]
CLOCK_OF = {"prevention": "prevention_interview", "return": "return_interview"}
