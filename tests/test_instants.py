from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.instants import read_instant


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-30T00:00:00Z", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-06-30t02:00:00.123456789+02:00", datetime(2026, 6, 30, 0, 0, 0, 123456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_every_form_that_the_standards_allow(text, moment):
    assert read_instant(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-30",
        "2026-06-30T00:00:00",
        "2026-06-30 00:00:00Z",
        "20260630T000000Z",
        "2026-02-30T00:00:00Z",
        "",
        7,
        None,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-06-30T00:00:00+25:00",
        "٢٠٢٦-06-30T00:00:00Z",
    ],
)
def test_anything_else_is_no_instant(text):
    assert read_instant(text) is None


@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
)
def test_no_text_raises_and_what_is_read_can_be_told_as_a_day_of_utc(text):
    moment = read_instant(text)
    assert moment is None or moment.astimezone(UTC).date().isoformat()
