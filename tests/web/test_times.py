from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.web.times import ago, bar, clock, duration, spoken

NOW = datetime(2026, 11, 23, 2, 21, 7, tzinfo=UTC)


def test_a_time_of_today_is_the_clock_alone() -> None:
    assert clock(NOW - timedelta(minutes=14), NOW) == "02:07"


def test_seconds_are_shown_when_asked_for() -> None:
    assert clock(NOW, NOW, seconds=True) == "02:21:07"


def test_another_day_carries_its_date_and_another_year_its_year() -> None:
    assert clock(NOW - timedelta(days=1), NOW) == "22 Nov 02:21"
    assert clock(datetime(2025, 11, 23, 2, 7, tzinfo=UTC), NOW) == "23 Nov 2025 02:07"


def test_clock_times_are_london_times_and_the_day_turns_at_london_midnight() -> None:
    july = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert clock(july, july) == "00:30"
    assert clock(july, july - timedelta(hours=2)) == "2 Jul 00:30"


def test_the_hour_that_happens_twice_says_which_it_is() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock(first, first) == "01:30 BST"
    assert clock(first + timedelta(hours=1), first) == "01:30 GMT"


def test_without_a_now_the_full_date_is_given() -> None:
    assert clock(NOW) == "23 Nov 2026 02:21"


def test_a_time_that_is_missing_is_said_to_be_not_known() -> None:
    assert clock(None, NOW) == "not known"


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=12, seconds=59), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=3, minutes=5), "3 h 5 min ago"),
        (timedelta(days=1, hours=5), "1 day ago"),
        (timedelta(days=40), "40 days ago"),
        (timedelta(days=200), "6 months ago"),
        (timedelta(days=800), "2 years ago"),
        (-timedelta(minutes=20), "in 20 min"),
        (-timedelta(seconds=20), "just now"),
    ],
)
def test_how_long_ago_in_words(gone: timedelta, said: str) -> None:
    assert ago(NOW - gone, NOW) == said


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "00:00"), (432, "07:12"), (3600, "01:00:00"), (172_799, "47:59:59"), (367_200, "4 d 06 h"), (-12, "-00:12")],
)
def test_a_length_of_time_is_minutes_then_hours_then_days(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_length_over_target_carries_a_plus() -> None:
    assert duration(timedelta(seconds=12), signed=True) == "+00:12"


def test_a_screen_reader_hears_units() -> None:
    assert spoken(432) == "7 min 12 s"
    assert spoken(3900) == "1 h 5 min"


def test_a_clock_over_its_target_says_by_how_much_and_its_bar_is_longer() -> None:
    over, full = bar(3612, 3600), bar(3600, 3600)
    assert over.state == "over"
    assert over.text == "+00:12 over"
    assert over.fill > over.target_at >= full.fill


def test_a_clock_is_near_from_four_fifths_of_its_target() -> None:
    assert bar(2879, 3600).state == "running"
    assert bar(2880, 3600).state == "near"
    assert "near its target" in bar(2880, 3600).words


def test_a_clock_without_a_target_shows_elapsed_time_only() -> None:
    free = bar(432, None)
    assert (free.state, free.text) == ("free", "07:12 gone")


@given(st.integers(0, 10**7), st.integers(1, 10**6))
def test_no_bar_leaves_its_frame_and_only_an_overrun_passes_the_target(elapsed: int, target: int) -> None:
    drawn = bar(elapsed, target)
    assert 0 <= drawn.fill <= 100
    assert (drawn.fill > drawn.target_at) == (drawn.state == "over")
