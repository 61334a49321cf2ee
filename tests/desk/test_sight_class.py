"""What a class of sight has on its boards is nobody's own: what one of them is handed is told to that one alone."""

from __future__ import annotations

from goldthread.desk.stream.questions import seen_now
from goldthread.desk.stream.sight import alone, sight_class, standing_for
from goldthread.response import handoff_actions
from tests.cast import Cast, key, opened


def test_what_one_dispatcher_is_handed_is_not_told_to_all_of_their_area(cast: Cast) -> None:
    incident = opened(cast.handler, area="North")
    far = cast.far_dispatcher
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=far.pk)
    assert seen_now(standing_for(sight_class(far), far), {incident.pk}) == set()
    assert seen_now(standing_for(alone(far.pk), far), {incident.pk}) == {incident.pk}
    near = cast.dispatcher
    assert seen_now(standing_for(sight_class(near), near), {incident.pk}) == {incident.pk}


def test_what_a_desk_is_handed_is_told_to_everybody_at_it(cast: Cast) -> None:
    incident = opened(cast.handler, area="North")
    far = cast.far_dispatcher
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to_team=far.team_id)
    assert seen_now(standing_for(sight_class(far), far), {incident.pk}) == {incident.pk}
