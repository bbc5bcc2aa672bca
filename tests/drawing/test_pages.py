"""Pages as images."""

import asyncio
import time
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from app.drawing import PAGE_WORDS, DrawingBoard, Fact, Mark, Page, PageUndrawable
from app.drawing.board import HEIGHT, WIDTH, draw, typeset
from app.template.declarations import LANGUAGES

PAGE = Page(
    language="en",
    kind="Micro-credential",
    type="Certificate",
    warning="",
    title="ENHANCE Certificate in sustainable cities",
    awarded_to="Awarded to",
    learner="Zoë-Ánne Øst",
    also_written=("王小明", "محمد"),
    born="Date of birth: 2001-02-28",
    awarded_by="Awarded by Warsaw University of Technology on behalf of the ENHANCE Alliance",
    awarded_on_label="Date of issuing:",
    awarded_on="2026-06-30",
    awarding_body=Mark("WUT", "Warsaw University of Technology"),
    alliance=Mark("ENHANCE", "Alliance"),
    facts=(Fact("Workload", ("5 ECTS", "130 hours")), Fact("Level", ("EQF level 7",))),
    lists=(Fact("Learning outcomes", ("Explains the principles.", "Plans a project.")),),
    more="and {number} more in the signed document",
    check="Check that this is genuine and in force",
    check_address="https://credentials.example.org/c/AcbMbeYo5Rpd4R8Bh-ITC0eSlgY",
    check_shown="credentials.example.org/c/AcbMbeYo5Rpd4R8Bh-ITC0eSlgY",
    number_label="Certificate number",
    number="ENH-WUT-2026-V0QVPX2G",
    notes=("Not a degree, and no collection of micro-credentials replaces one.",),
)


def image_of(page):
    return Image.open(BytesIO(draw(page)))


def colours_of(page):
    return {colour for _, colour in image_of(page).convert("RGB").getcolors()}


def test_a_page_is_a_small_png_of_few_colours():
    drawn = draw(PAGE)
    image = Image.open(BytesIO(drawn))
    assert (image.format, image.size, image.mode) == ("PNG", (WIDTH, HEIGHT), "P")
    assert len(drawn) < 60_000


def test_the_same_page_gives_the_same_bytes_and_another_word_gives_others():
    assert draw(PAGE) == draw(replace(PAGE))
    for changed in ("title", "learner", "awarded_on", "number", "check_address", "born"):
        assert draw(replace(PAGE, **{changed: "2000-01-01"})) != draw(PAGE), changed


def test_words_are_data_and_never_markup():
    hostile = '#panic("read as markup") *b* $x$ #sys.inputs `raw` \\ <label> @ref // /* "'
    page = replace(PAGE, title=hostile, learner=hostile, lists=(Fact(hostile, (hostile,)),), notes=(hostile,))
    assert draw(page) != draw(PAGE)


def test_whatever_is_too_long_stays_on_one_page():
    longest = replace(
        PAGE,
        title="Wolfeschlegelsteinhausenbergerdorff" * 8,
        learner="Wolfeschlegelsteinhausenbergerdorff" * 12,
        also_written=("王" * 36,) * 4,
        facts=tuple(Fact("Label", ("W" * 60,)) for _ in range(5)),
        lists=tuple(Fact("Label", ("Word " * 64,) * 60) for _ in range(3)),
        awarded_by="Awarded by " + "a university " * 24,
        notes=("Recognised automatically. " * 8,) * 3,
    )
    started = time.perf_counter()
    drawn = draw(longest)
    assert time.perf_counter() - started < 5
    assert Image.open(BytesIO(drawn)).size == (WIDTH, HEIGHT)
    assert len(drawn) < 200_000


def test_a_page_without_any_fact_is_a_page():
    assert draw(replace(PAGE, facts=(), lists=(), also_written=(), born="", alliance=None, notes=()))


def test_a_test_issuers_page_says_so_in_a_colour_that_no_other_page_has():
    assert (140, 29, 24) in colours_of(replace(PAGE, warning="For testing only.", alliance=None))
    assert (140, 29, 24) not in colours_of(PAGE)


def test_a_logo_takes_the_place_of_the_wordmark_in_its_own_colours():
    logo = BytesIO()
    Image.new("RGBA", (300, 90), (0, 150, 60, 255)).save(logo, "PNG")
    with_logo = replace(PAGE, awarding_body=Mark("WUT", "Warsaw University of Technology", logo.getvalue()))
    assert (0, 150, 60) in colours_of(with_logo)
    assert (0, 150, 60) not in colours_of(PAGE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_each_word(language):
    words = PAGE_WORDS[language]
    assert words.keys() == PAGE_WORDS["en"].keys()
    assert all(words.values())
    for key, text in PAGE_WORDS["en"].items():
        assert ("{number}" in words[key]) == ("{number}" in text), key
        assert ("{day}" in words[key]) == ("{day}" in text), key


async def test_others_go_on_while_a_page_is_drawn():
    board = DrawingBoard()
    try:
        moments = 0
        drawing = asyncio.ensure_future(board.draw(replace(PAGE, number="drawn-beside")))
        while not drawing.done():
            await asyncio.sleep(0)
            moments += 1
        assert await drawing == await board.draw(replace(PAGE, number="drawn-beside"))
        assert moments > 10
    finally:
        board.close()


async def test_a_drawn_page_is_not_kept_for_long():
    board = DrawingBoard(kept_seconds=0.05)
    try:
        await board.draw(PAGE)
        assert len(board._kept) == 1
        await asyncio.sleep(0.1)
        assert board._kept == {}, "nobody has to ask for anything first"
    finally:
        board.close()


def test_a_page_for_paper_is_an_archivable_and_accessible_pdf_without_a_date_of_drawing():
    # typst refuses what PDF/A-3a and PDF/UA-1 do not allow: a picture without words, a character without a glyph.
    printed = typeset(PAGE)
    assert printed.startswith(b"%PDF-1.7")
    assert printed == typeset(replace(PAGE))
    assert b"pdfuaid" in printed
    with pytest.raises(PageUndrawable):
        typeset(replace(PAGE, title="\U0001fae0"))
