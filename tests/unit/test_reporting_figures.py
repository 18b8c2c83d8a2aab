"""Formulas against a day computed by hand, and what must hold of any day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.reporting.catalogue import DEFAULT_SERVICE_LEVEL, FIGURES, figures_about
from andon.reporting.figures import (
    About,
    Counts,
    DialCell,
    InternalCell,
    OfferCell,
    StateCell,
    SurveyCell,
    TalkCell,
    Unit,
    VisitCell,
    counts_of,
)

pytestmark = pytest.mark.unit

TARGET_MS = 20_000


def visit(how: str | None, waited_s: float, told: int | None = None) -> VisitCell:
    ms = round(waited_s * 1000)
    within = how is not None and ms <= TARGET_MS
    return VisitCell(
        how=how,
        within=within,
        short=within,
        n=1,
        waited_ms=ms,
        predicted=int(told is not None),
        missed_by_ms=0 if told is None else abs(ms - 1000 * told),
    )


def value(counts: Counts, id: str, variant: str | None = None) -> float | None:
    (figure,) = [f for f in FIGURES if f.id == id and (variant is None or f.variant == variant)]
    return figure.of(counts)


# A day in one queue, target 20 s. Ten contacts:
#   answered after 5, 12, 20, 20.001 and 41 s; abandoned after 4, 20 and 65 s;
#   the one after 12 s was told 15, the one after 41 s was told 30;
#   one left by time-out after 300 s; one is still waiting.
DAY = [
    visit("answered", 5),
    visit("answered", 12, told=15),
    visit("answered", 20),
    visit("answered", 20.001),
    visit("answered", 41, told=30),
    visit("abandoned", 4),
    visit("abandoned", 20),
    visit("abandoned", 65),
    visit("timeout", 300),
    visit(None, 0),
]
TALKS = [  # 100 s + 30 s wrap-up; 200 s of which 40 s held + 50 s wrap-up; 60 s + none
    TalkCell(n=1, talked_ms=100_000, held=0, held_ms=0, acw_ms=30_000),
    TalkCell(n=1, talked_ms=200_000, held=1, held_ms=40_000, acw_ms=50_000),
    TalkCell(n=1, talked_ms=60_000, held=0, held_ms=0, acw_ms=0, transferred=1),
]
STATES = [  # one agent: 1 h signed in
    StateCell(state="not_ready", spent_ms=300_000),
    StateCell(state="ready", spent_ms=2_400_000),
    StateCell(state="ringing", spent_ms=20_000),
    StateCell(state="talking", spent_ms=320_000),
    StateCell(state="held", spent_ms=40_000),
    StateCell(state="acw", spent_ms=80_000),
    StateCell(state="break", spent_ms=440_000),
]
SURVEYS = [
    SurveyCell(score=5, n=3),
    SurveyCell(score=4, n=1),
    SurveyCell(score=2, n=1),
    SurveyCell(score=None, n=5),
]
DIALS = [DialCell(n=3, reached=2), DialCell(n=1, reached=1)]
INTERNALS = [InternalCell(n=2, talked_ms=65_000), InternalCell(n=1, talked_ms=30_000)]
OFFERS = [OfferCell(how="answered", n=5), OfferCell(how="timeout", n=2), OfferCell(how="rejected", n=1)]


@pytest.mark.parametrize(
    ("id", "variant", "expected"),
    [
        ("offered", None, 10),
        ("answered", None, 5),
        ("abandoned", None, 3),
        ("abandoned_short", None, 2),
        ("others", None, 1),
        ("waiting", None, 1),
        ("service_level", "sl.a", 3 / 8),
        ("service_level", "sl.b", 3 / 5),
        ("service_level", "sl.c", 5 / 8),
        ("service_level", "sl.d", 3 / 6),
        ("service_level", "sl.e", 5 / 10),
        ("answer_rate_inbound", None, 0.5),
        ("abandon_rate", None, 0.3),
        ("asa", None, 98.001 / 5),
        ("estimated_wait_error", None, (3 + 11) / 2),
        ("avg_abandon_time", None, 89 / 3),
        ("avg_queue_time", None, (98.001 + 89 + 300) / 9),
        ("handled", None, 3),
        ("aht", None, (360 + 80) / 3),
        ("avg_talk", None, 320 / 3),
        ("avg_hold", None, 40),
        ("acw", None, 80 / 3),
        ("occupancy", None, 440 / 2840),
        ("signed_in_time", None, 3600),
        ("ready_time", None, 2400),
        ("break_time", None, 440),
        ("not_ready_time", None, 300),
        ("rung", None, 8),
        ("missed", None, 2),
        ("rejected", None, 1),
        ("dialled", None, 4),
        ("connect_rate_outbound", None, 3 / 4),
        ("internal", None, 3),
        ("internal_time", None, 95),
        ("transfer_rate", None, 1 / 3),
        ("csat", None, 4 / 5),
        ("csat_index", None, (15 + 4 + 2) / 5),
        ("survey_response_rate", None, 0.5),
    ],
)
def test_a_day_by_hand(id: str, variant: str | None, expected: float) -> None:
    counts = counts_of(DAY, TALKS, STATES, OFFERS, SURVEYS, DIALS, INTERNALS)
    assert value(counts, id, variant) == pytest.approx(expected, abs=1e-6)


def test_every_figure_has_a_test_above() -> None:
    tested = {case[:2] for case in test_a_day_by_hand.pytestmark[0].args[1]}
    assert {(f.id, f.variant if f.id == "service_level" else None) for f in FIGURES} == tested


def test_nothing_happened_means_null_not_zero() -> None:
    counts = counts_of()
    for figure in FIGURES:
        expected = None if figure.bottom is not None else 0
        assert figure.of(counts) == expected, figure.id


def test_the_default_service_level_does_not_hide_abandoned_callers() -> None:
    first = next(f for f in FIGURES if f.id == "service_level")
    assert first.variant == DEFAULT_SERVICE_LEVEL == "sl.d"


def test_ids_and_variants_are_unique_and_said_in_both_languages() -> None:
    keys = [(f.id, f.variant) for f in FIGURES]
    assert len(keys) == len(set(keys))
    for f in FIGURES:
        assert all((f.zh, f.en, f.formula_zh, f.formula_en)), f.id


def test_an_agent_has_no_service_level_and_a_queue_no_occupancy() -> None:
    assert "service_level" not in {f.id for f in figures_about(About.AGENT)}
    assert "occupancy" not in {f.id for f in figures_about(About.QUEUE)}


hows = st.sampled_from(
    [None, "answered", "abandoned", "timeout", "nobody_signed_in", "key_exit", "ended", "queue_removed"]
)
visits = st.lists(
    st.tuples(hows, st.integers(0, 10**6)).map(lambda pair: visit(pair[0], pair[1] / 1000)), max_size=60
)


@given(visits)
def test_answered_abandoned_others_and_waiting_are_all_offered(cells: list[VisitCell]) -> None:
    counts = counts_of(cells)
    assert counts.answered + counts.abandoned + counts.others + counts.waiting == counts.offered == len(cells)


@given(visits)
def test_service_levels_lie_between_0_and_1_and_in_their_order(cells: list[VisitCell]) -> None:
    counts = counts_of(cells)
    levels = {v: value(counts, "service_level", f"sl.{v}") for v in "abcde"}
    for level in levels.values():
        assert level is None or 0 <= level <= 1
    if levels["a"] is not None:
        # Leaving abandons out can only flatter.
        assert levels["b"] is None or levels["a"] <= levels["b"]
        assert levels["d"] is None or levels["a"] <= levels["d"]
        assert levels["c"] is not None and levels["a"] <= levels["c"]


@given(visits, visits)
def test_counts_of_two_sets_add_up(one: list[VisitCell], two: list[VisitCell]) -> None:
    whole, first, second = counts_of(one + two), counts_of(one), counts_of(two)
    for field in Counts.__struct_fields__:
        assert getattr(whole, field) == getattr(first, field) + getattr(second, field)


def test_times_are_in_seconds() -> None:
    counts = counts_of([visit("answered", 7.5)])
    (asa,) = [f for f in FIGURES if f.id == "asa"]
    assert asa.unit is Unit.SECONDS and asa.of(counts) == 7.5
