"""Questions of partners: who may be told, and when a school has lessons."""

from __future__ import annotations

from django.db.models import Case, QuerySet, Value, When

from goldthread.clocks.school import Terms
from goldthread.safeguarding import partner_rules as rules
from goldthread.safeguarding.partner_models import Partner, PartnerContact


def contacts(kind: str, area: str = "") -> QuerySet[PartnerContact]:
    """The contacts to whom a referral of this kind, or of any, may go; partners of the area and of every area first."""
    found = PartnerContact.objects.filter(active=True, partner__active=True)
    if kind:
        found = found.filter(partner__kind=kind)
    near = Case(When(partner__area__in=["", area], then=Value(0)), default=Value(1))
    return found.select_related("partner").order_by(near, "partner__name", "partner_id", "name")


def terms_of(partner: Partner, *, hold: bool = False) -> Terms:
    """When a school has lessons, as far as whole years were entered; of any other partner nothing.

    ``hold``: a clock is planned by them in this transaction. Whoever corrects them waits until it is there to be planned anew.
    """
    if partner.kind != "school":
        return Terms()
    if hold:
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    return rules.terms(partner.terms.values_list("first", "last"), partner.staff_days.values_list("day", flat=True))
