"""Forms as they should be filled, and what is put into their fields instead."""

from __future__ import annotations

FORMS: dict[str, dict[str, str]] = {
    "words": {"text": "she is home", "source": "caller", "occurred_at": ""},
    "particular": {"kind": "location", "text": "3 Elm Row"},
    "area": {"area": "South"},
    "children": {
        "answer": "named",
        "child-TOTAL_FORMS": "1",
        "child-INITIAL_FORMS": "0",
        "child-0-name": "Mia",
        "child-0-age": "4",
        "child-0-age_estimated": "on",
        "child-0-born": "",
        "child-0-where_now": "upstairs",
        "child-0-last_seen_by": "mother",
        "child-0-last_seen_when": "since sat",
        "child-0-seen": "not_seen",
    },
    "line": {"state": "silent"},
    "online": {"who": "child", "cannot_speak": "on", "interpreter": "none", "language": "Urdu", "relation": "aunt"},
    "safe": {
        "answer": "given",
        "number": "07700 900123",
        "method": "text",
        "times": "after ten",
        "code_word": "marigold",
        "voicemail": "not_safe",
    },
    "callback": {"outcome": "answered", "number": "07700 900123", "at": "", "text": "she is well"},
    "thrive": {"based_on": "0", "threat": "he is outside", "interim": "", "advice": ""},
    "grade": {"grade": "immediate", "why": "knife", "why_not_above": ""},
    "allocate": {"unit": ""},
    "arrive": {"allocation": "", "source": "officer", "at": ""},
    "leave": {"allocation": ""},
    "take": {"owner_id": ""},
    "close": {"reason": "advice", "result": "Told what to do."},
}
SCRIPT = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
POISONS = {
    "missing": None,
    "empty": "",
    "blanks": " \t\r\n ",
    "script": SCRIPT,
    "sql": "'; DROP TABLE contact_incident; --",
    "template": "{{ 7*7 }}{% include 'x' %}",
    "null": "a\x00b",
    "right-to-left": "\u202eevil\u202c\u200f",
    "emoji": "👩‍👧 " * 20,
    "combining": "e" + "\u0301" * 500,
    "unknown code": "no-such-code",
    "not a number": "twelve",
    "5,000 digits": "9" * 5_000,
    "negative": "-1",
    "float": "1e400",
    "nan": "NaN",
    "other digits": "٤",
    "not a uuid": "{00000000-0000-0000-0000}",
    "30 February": "30/02/2026 10:00",
    "year 1": "0001-01-01T00:00",
    "year 9999": "9999-12-31T23:59",
    "time that never was": "29/03/2026 01:30",
    "time that was twice": "25/10/2026 01:30",
    "400,001 characters": "x" * 400_001,
    "1 MB": "y" * 1_000_000,
}
EVERY = ["missing", "empty", "script", "null", "1 MB"]
TEXT = ["blanks", "sql", "template", "right-to-left", "emoji", "combining", "400,001 characters"]
CODE = ["unknown code", "right-to-left"]
NUMBER = ["not a number", "5,000 digits", "negative", "float", "nan", "other digits"]
DATE = ["30 February", "year 1", "year 9999", "time that never was", "time that was twice", "not a number"]
TRIED = {
    **dict.fromkeys(["text", "child-0-name", "why", "result", "threat"], TEXT),
    **{
        key_0: ["right-to-left"]
        for key_0 in [
            "child-0-where_now",
            "child-0-last_seen_by",
            "child-0-last_seen_when",
            "interim",
            "advice",
            "why_not_above",
            "language",
            "relation",
            "number",
            "times",
            "code_word",
        ]
    },
    **dict.fromkeys(
        [
            "source",
            "kind",
            "area",
            "answer",
            "child-0-seen",
            "grade",
            "reason",
            "child-0-age_estimated",
            "state",
            "who",
            "cannot_speak",
            "interpreter",
            "method",
            "voicemail",
            "outcome",
        ],
        CODE,
    ),
    **dict.fromkeys(
        ["owner_id", "child-0-age", "child-TOTAL_FORMS", "child-INITIAL_FORMS", "based_on", "unit", "allocation"],
        NUMBER,
    ),
    **dict.fromkeys(["occurred_at", "at", "child-0-born"], DATE),
}
CASES = [(form, field, name) for form, fields in FORMS.items() for field in fields for name in [*EVERY, *TRIED[field]]]
CASES += [("words", "key", name) for name in [*EVERY, "not a uuid", "5,000 digits", "emoji"]]
CASES += [(form, "key", name) for form in FORMS for name in ("missing", "not a uuid")]
