"""The API of ``/api/v1/``: one module of operations for each subject, and what they share.

``operations`` declares an operation, ``fields`` and ``answers`` are its values, ``json_body`` and ``refusals`` its edges,
``service`` puts the subjects together, ``description`` describes them (OpenAPI 3.1) and ``reference`` shows that to people.
A new subject is a module with a ``router`` and its line in ``service.SUBJECTS``.
"""
