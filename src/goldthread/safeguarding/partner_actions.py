"""The verbs of partners: an operator's tables of partners and of school terms. What is usable is kept, the rest is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from goldthread.accounts.queries import areas
from goldthread.audit.actions import acting
from goldthread.clocks.school import school_year
from goldthread.safeguarding import partner_rules as rules
from goldthread.safeguarding.clock_actions import plan_anew
from goldthread.safeguarding.partner_models import Partner, PartnerContact, SchoolStaffDay, SchoolTerm
from goldthread.safeguarding.partner_queries import terms_of
from goldthread.safeguarding.referral_models import Referral
from goldthread.safeguarding.referral_queries import ABOUT

Rows = Iterable[tuple[int, Mapping[str, str]]]


@dataclass
class Put:
    """What came of a table: rows that made something, that changed something, and each line that could not be used, with why.

    ``moved``: running clocks that were planned anew by it.
    """

    new: int = 0
    changed: int = 0
    moved: int = 0
    wrong: dict[int, str] = field(default_factory=dict)
    unwhole: list[str] = field(default_factory=list)


def put_partners(rows: Rows) -> Put:
    """Make partners and their contacts, or bring them up to date, by kind, name and the contact's name. Nobody is ever removed."""
    put, known = Put(), areas()
    with acting(None) as act:
        for line, row in rows:
            try:
                given = rules.partner(row, known)
            except ValueError as error:
                put.wrong[line] = str(error)
                continue
            partner, made = Partner.objects.get_or_create(
                kind=given.kind, name=given.name, defaults={"area": given.area, "active": given.active}
            )
            contact, told = PartnerContact.objects.get_or_create(
                partner=partner, name=given.contact,
                defaults={"role": given.role, "email": given.email, "phone": given.phone, "active": given.contact_active},
            )  # fmt: skip
            changed = _brought(partner, {"area": given.area, "active": given.active})
            values = {"role": given.role, "email": given.email, "phone": given.phone, "active": given.contact_active}
            changed |= _brought(contact, values)
            put.new += made or told
            put.changed += changed and not (made or told)
            if made or told or changed:
                subjects = [("partner", partner.pk), ("partner_contact", contact.pk)]
                act.record("collection" if made or told else "alteration", "partner.put", subjects)
    return put


def _brought(row: Partner | PartnerContact, values: Mapping[str, object]) -> bool:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def put_terms(rows: Rows) -> Put:
    """Make schools' terms and staff days, by school and first day, or remove one that was entered wrongly.

    Clocks that run by the terms of a school named in the table are planned anew, also where no row changes anything: a command that was
    broken off is finished by running it again. ``unwhole`` names years of which a term is still missing.
    """
    put, rows = Put(), list(rows)
    with acting(None) as act:
        named = Partner.objects.filter(kind="school", name__in={row["school"] for _, row in rows})
        schools = {one.name: one for one in named.order_by("pk").select_for_update(no_key=True)}
        touched: dict[str, set[int]] = {}
        for line, row in rows:
            try:
                given = rules.term(row)
                school = schools.get(given.school)
                if school is None:
                    raise ValueError(f"there is no school {given.school}; make it with 'goldthread partners' first")
                if not given.staff_only and not given.gone and (other := _overlapping(school, given)):
                    raise ValueError(
                        f"it overlaps the term from {other.first} to {other.last}; where that one is wrong, give it as 'no term' first"
                    )
                if given.gone:
                    _remove(school, given)
            except ValueError as error:
                put.wrong[line] = str(error)
                continue
            touched.setdefault(school.name, set()).add(school_year(given.first))
            if given.gone:
                put.changed += 1
                continue
            if given.staff_only:
                made = SchoolStaffDay.objects.get_or_create(partner=school, day=given.first)[1]
                put.new += made
                continue
            term, made = SchoolTerm.objects.get_or_create(
                partner=school, first=given.first, defaults={"last": given.last}
            )
            put.new += made
            if term.last != given.last:
                term.last = given.last
                term.save(update_fields=["last"])
                put.changed += 1
        for name, years in sorted(touched.items()):
            known = rules.terms(schools[name].terms.values_list("first", "last"), ())
            have = {school_year(first) for first, _ in known.spans}
            put.unwhole += [f"{name} {year}/{(year + 1) % 100:02}" for year in sorted(years - have)]
        if put.new or put.changed:
            act.record("alteration", "terms.put", [("partner", schools[name].pk) for name in sorted(touched)])
    # Not in the same transaction: whoever refers holds the incident, then the school; this would hold them the other way round.
    for school in schools.values():
        told = Referral.objects.filter(partner=school).values_list("pk", flat=True)
        put.moved += plan_anew(ABOUT, {str(pk) for pk in told}, terms_of(school))
    return put


def _remove(school: Partner, given: rules.TermGiven) -> None:
    """Remove what was entered wrongly; both its dates are given, so that nothing else is. Raises ``ValueError`` where there is none."""
    if given.staff_only:
        number, _ = SchoolStaffDay.objects.filter(partner=school, day=given.first).delete()
    else:
        number, _ = SchoolTerm.objects.filter(partner=school, first=given.first, last=given.last).delete()
    if not number:
        what = "staff day" if given.staff_only else "term"
        raise ValueError(f"there is no {what} from {given.first} to {given.last} to remove")


def _overlapping(school: Partner, given: rules.TermGiven) -> SchoolTerm | None:
    found = SchoolTerm.objects.filter(partner=school, first__lte=given.last, last__gte=given.first)
    return found.exclude(first=given.first).order_by("first").first()
