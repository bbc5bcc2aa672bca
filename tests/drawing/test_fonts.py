"""The fonts that pages are drawn with, and what they are said to show."""

import hashlib
import json
import unicodedata

import pytest
import typst

from app.drawing.fonts import FOLDER, _fonts, unshowable
from app.template.text import PLAIN

MANIFEST = json.loads((FOLDER / "manifest.json").read_bytes())["fonts"]
FAMILIES = sorted({font["family"] for font in MANIFEST})


def test_the_manifest_names_each_file_with_its_digest_and_licence():
    assert {font["file"] for font in MANIFEST} == {path.name for path in FOLDER.glob("*.[ot]tf")}
    for font in MANIFEST:
        assert hashlib.sha256((FOLDER / font["file"]).read_bytes()).hexdigest() == font["sha256"]
        assert font["licence"] == "OFL-1.1"
        assert font["origin"]
        assert font["version"]


def test_the_fonts_stay_within_what_a_repository_can_carry():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 20_000_000


def test_the_page_names_every_family_of_the_folder():
    design = (FOLDER.parent / "page.typ").read_text()
    assert [family for family in FAMILIES if f'"{family}"' not in design] == []


@pytest.mark.parametrize(
    "text",
    [
        "Zoë-Ánne O\u2019Brien", "Łukasz Żółć", "Nguyễn Thị Ánh", "Αλέξανδρος", "Дмитрий Їжакевич", "محمد عبد الله",
        "שָׁלוֹם", "王小明", "𠮷野家", "김민준", "さくら", "प्रिया शर्मा", "ნინო", "አማርኛ", "می‌خواهم", "x̌", "½ € → ≤",
    ],
)  # fmt: skip
def test_names_of_the_world_can_be_shown(text):
    assert unshowable(text) is None


@pytest.mark.parametrize("text", ["😀", "\U0001fae0", "ⴰⵎⴰ", "ཀ", "w\u0591"])
def test_what_no_font_has_is_named_by_its_code_and_never_repeated(text):
    problem = unshowable(text)
    assert problem is not None
    assert "U+" in problem
    assert text not in problem


def test_a_mark_needs_the_font_of_its_letter():
    # Hebrew accents are in the Hebrew font and Latin letters are not.
    assert unshowable("\u05d0\u05b8") is None
    assert unshowable("w\u05b8") is not None


def test_what_counts_as_plain_is_in_the_fonts():
    # Such texts are not looked at letter by letter.
    every = frozenset().union(*_fonts())
    plain = {code for code in range(0x3000) if PLAIN.fullmatch(chr(code)) and unicodedata.category(chr(code)) != "Cn"}
    assert {chr(code) for code in plain - every} == set()


def test_typst_shows_every_character_that_the_fonts_are_said_to_have(tmp_path):
    """PDF/A refuses what has no glyph, so typst itself is the judge."""
    every = sorted(frozenset().union(*_fonts()))
    shown = [chr(code) for code in every if unicodedata.category(chr(code))[0] in "LNPS"]
    assert len(shown) > 45_000
    (tmp_path / "all.typ").write_text(
        "#set document(date: datetime(year: 2026, month: 1, day: 1))\n#set page(height: auto)\n"
        f"#set text(font: {json.dumps(FAMILIES).replace('[', '(').replace(']', ')')}, size: 4pt)\n"
        '#for part in json("all.json") { text(part) + [ \\ ] }'
    )

    def compile_with(characters):
        parts = ["".join(characters[start : start + 200]) for start in range(0, len(characters), 200)]
        (tmp_path / "all.json").write_text(json.dumps(parts))
        return typst.compile(
            str(tmp_path / "all.typ"), font_paths=[str(FOLDER)], ignore_system_fonts=True, pdf_standards="a-2u"
        )

    assert compile_with(shown)
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        compile_with(["😀"])
