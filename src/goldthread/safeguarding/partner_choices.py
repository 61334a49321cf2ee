"""The kinds of partner, each code with what the screen says."""

KINDS = [
    ("social_care", "Children's social care"),
    ("edt", "Emergency Duty Team"),
    ("school", "School"),
    ("education", "Local authority education lead"),
    ("health_visitor", "Health visitor"),
    ("midwife", "Midwife"),
    ("adult_services", "Adult services"),
    ("other_force", "Another force"),
]
