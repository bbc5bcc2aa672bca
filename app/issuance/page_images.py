"""The pages of one award as images, one for each language of its title; and what they could not show.

What is on a page comes from the frozen tree, so the same award has the same pages: no date of drawing, nothing that is
configured later but for the logos. Sub-types are on no page (template 7.2, footnote 30).
"""

import base64
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import structlog

from app.drawing import HEIGHT, WIDTH, Fact, Mark, Page, PageUndrawable, PdfPage, PngPage, page_words, unshowable
from app.elm.mapping import CYCLES, Tree, decimal_text
from app.elm.reading import read
from app.elm.rendering import CredentialFacts, render_vcdm2
from app.elm.vocabularies import codes, european, language_of_tag, own
from app.errors import Finding, Weight, json_pointer
from app.issuance.office import Office
from app.languages.names import name_of
from app.store import logos
from app.store.credentials import Credential
from app.template.alliance import ALLIANCE_NAME, MEMBERS, AwardingBody
from app.template.citations import cite
from app.template.declarations import KIND, TEST_ISSUER, awarded_by, declarations, eqf_level, in_language
from app.template.elements import Grade, Level, Organisation, Provider, Statement, Unit, Workload

PAGE_WIDTH, PAGE_HEIGHT = WIDTH, HEIGHT
MOST_PAGES: Final = 8
"""Languages that get a page of their own; those beyond keep the artwork that is the same for all."""

_log = structlog.get_logger()

_Steps: TypeAlias = tuple[str | int, ...]
_IN_OFFERING: Final = ("title", "units", "assessments", "learning_outcomes")
_IN_AWARD: Final = ("learner", "units", "assessments", "grade")
_NOT_SHOWN: Final = frozenset({"other_data", "chosen_from", "methods_other", "esco", "assessed_by"})
"""Members of those above that no page shows."""


def unshowable_texts(offering: Mapping[str, Any] | None, award: Mapping[str, Any] | None) -> list[Finding]:
    """Return a finding for each text with a character that no page could show; pointers as in a request.

    Both are in JSON. ``offering`` is the one that was sent; none where the award names one that was published, and
    looked at then.
    """
    found = []
    at = () if award is None else ("offering",)
    for place, said, members in ((at, offering, _IN_OFFERING), ((), award, _IN_AWARD)):
        if said is None:
            continue
        for member in members:
            for steps, text in _texts(said.get(member), (*place, member)):
                problem = unshowable(text)
                if problem is not None:
                    found.append(_unshowable_at(steps, problem))
    return found


def _unshowable_at(steps: _Steps, problem: str) -> Finding:
    return Finding(
        code="text-unshowable",
        pointer=json_pointer(steps),
        detail=f"{problem} Leave it out, or write it otherwise.",
        citation=cite("footnote 27"),
        weight=Weight.REQUIRED,
    )


def _texts(value: Any, steps: _Steps) -> Iterator[tuple[_Steps, str]]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield steps, value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _NOT_SHOWN:
                yield from _texts(item, (*steps, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*steps, number))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose pages are drawn: what was said, by whom, under which number, and where it can be checked."""

    statement: Statement
    body: AwardingBody
    certificate_number: str
    address: str
    """Where the QR code leads: the credential's own page, or where files are checked."""
    logos: Mapping[str, bytes] = field(default_factory=dict)
    """By owner."""


async def subject_of(office: Office, body: AwardingBody, credential: Credential, tree: Tree) -> Subject:
    """Return whose pages belong to ``credential``, from its frozen tree, with the logos of today."""
    facts = CredentialFacts(uuid=credential.id, issued=credential.created_at, valid_from=credential.valid_from)
    statement = read(render_vcdm2(tree, facts)).statement
    assert statement is not None, "what was issued can be read"
    token, issuer = credential.public_token, tree["issuer"]
    async with office.database.read() as connection:
        held = await logos.list_of(connection, body.slug, logos.ALLIANCE)
    return Subject(
        statement,
        # The names that it had when it awarded.
        body.model_copy(update={"legal_name": issuer["legalName"], "short_name": issuer["altLabel"]["en"]}),
        tree["identifier"]["notation"],
        office.public_url if token is None else f"{office.public_url}/c/{token}",
        {owner: logo.content for owner, logo in held.items()},
    )


async def page_images(office: Office, subject: Subject) -> dict[str, list[str]]:
    """Return the pages in base64, by id of the language concept, as ``edc`` carries them.

    A page that cannot be drawn is left to the artwork that is the same for all, and the log says so.
    """
    found: dict[str, list[str]] = {}
    for tag, concept in languages_of(subject.statement)[:MOST_PAGES]:
        try:
            drawn = await draw_page(office, subject, tag)
        except PageUndrawable:
            _log.warning("page-undrawable")
            continue
        found[concept] = [base64.b64encode(drawn).decode()]
    return found


async def draw_page(office: Office, subject: Subject, language: str) -> PngPage:
    """Draw the page in one language.

    Raises:
        PageUndrawable: see there.
    """
    return await office.drawing.draw(page_of(subject, language, await office.names(language)))


async def print_page(office: Office, subject: Subject, language: str) -> PdfPage:
    """Set the page in one language for paper.

    Raises:
        PageUndrawable: see there.
    """
    return await office.drawing.print(page_of(subject, language, await office.names(language)))


def nearest_language(statement: Statement, wanted: str) -> str:
    """Return the language of the title that comes nearest to ``wanted``: itself, English, or the first."""
    tags = [tag for tag, _ in languages_of(statement)] or ["en"]
    return next((tag for tag in (wanted, wanted.partition("-")[0], "en") if tag in tags), tags[0])


def languages_of(statement: Statement) -> list[tuple[str, str]]:
    """Return the tags of the title's languages, each with the id of its concept; two of one concept count once."""
    found: dict[str, str] = {}
    for tag in statement.offering.title:
        concept = language_of_tag(tag)
        if concept is not None:
            found.setdefault(concept.iri, tag)
    return [(tag, concept) for concept, tag in found.items()]


def page_of(subject: Subject, language: str, universities: Mapping[str, str]) -> Page:
    """Return what the page says in ``language``; ``universities`` names awarding bodies by slug."""
    statement, body = subject.statement, subject.body
    offering, award = statement.offering, statement.award
    words, text = page_words(language), _Texts(language)
    learner = award.learner
    name = text.of(body.legal_name)
    notes = [in_language(each.words, language) for each in declarations(body) if each.key not in _ELSEWHERE]
    mode = award.participation.mode_taken or offering.participation.mode
    spoken = [
        name_of("language", code, language.partition("-")[0]) or _label(codes("language")[code].labels, language)
        for code in offering.further_information.languages
    ]
    facts = (
        (words["workload"], _workload(offering.workload, words)),
        (words["level"], _level(offering.level, language)),
        (words["grade"], _grade(award.grade, text)),
        (words["mode"], [words[mode.value]] if mode else []),
        (words["language"], spoken[:_MOST_NAMES]),
    )
    lists = (
        (words["units"], [_unit(unit, text, universities) for unit in offering.units]),
        (words["learning-outcomes"], [text.of(outcome.text) for outcome in offering.learning_outcomes]),
        (words["assessment"], [text.of(assessment.title) for assessment in offering.assessments]),
    )
    return Page(
        language=language.partition("-")[0],
        kind=in_language(KIND.words, language),
        type=_label(own("typology", offering.type).labels, language),
        warning="" if body.is_member else in_language(TEST_ISSUER.words, language),
        title=text.of(offering.title),
        awarded_to=words["awarded-to"],
        learner=" ".join(part for part in (learner.given_names, learner.family_names) if part),
        also_written=tuple(
            _short(each, _LONG_NAME) for each in [*(learner.name_in_other_script or {}).values()][:_MOST_NAMES]
        ),
        born=words["born"].replace("{day}", learner.birth_date.isoformat()) if learner.birth_date else "",
        awarded_by=in_language(awarded_by(body).words, language) if body.is_member else name,
        awarded_on_label=words["awarded-on"],
        awarded_on=award.awarded_on.isoformat() if award.awarded_on else "",
        awarding_body=Mark(
            _short(body.short_name, _LONG_NAME),
            _short(name, _LONG_ORGANISATION) if name != body.short_name else "",
            subject.logos.get(body.slug),
        ),
        alliance=Mark(*_ALLIANCE, subject.logos.get(logos.ALLIANCE)) if body.is_member else None,
        facts=_stated(facts),
        lists=_stated(lists),
        more=words["more"],
        check=words["check"],
        check_address=subject.address,
        check_shown=subject.address.partition("://")[2],
        number_label=words["number"],
        number=subject.certificate_number,
        notes=tuple(notes),
    )


_ALLIANCE: Final = (ALLIANCE_NAME.partition(" ")[0], ALLIANCE_NAME.partition(" ")[2])
_ELSEWHERE: Final = frozenset({"kind", "on-behalf", "test-issuer"})
"""What has a place of its own on the page."""


class _Texts:
    """Texts in one language, or the nearest there is."""

    def __init__(self, language: str) -> None:
        self._wanted = (language, language.partition("-")[0], "en")

    def of(self, texts: Mapping[str, str]) -> str:
        found = next((texts[tag] for tag in self._wanted if tag in texts), None) or next(iter(texts.values()))
        return " ".join(found.split())


def _label(labels: Mapping[str, str], language: str) -> str:
    return in_language(labels, language)


def _stated(facts: Collection[tuple[str, Collection[str]]]) -> tuple[Fact, ...]:
    return tuple(Fact(label, tuple(_short(value, _LONG_ITEM) for value in values)) for label, values in facts if values)


_LONG_VALUE: Final = 60
_LONG_NAME: Final = 36
_LONG_ORGANISATION: Final = 120
_LONG_ITEM: Final = 320
_MOST_NAMES: Final = 4


def _short(text: str, longest: int) -> str:
    """Return what a page has room for; all of it is in the document."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}\u2026"


def _workload(workload: Workload, words: Mapping[str, str]) -> list[str]:
    return [
        *([f"{decimal_text(workload.ects)}\u00a0ECTS"] if workload.ects is not None else []),
        *([words["hours"].replace("{number}", decimal_text(workload.hours))] if workload.hours is not None else []),
    ]


def _level(level: Level, language: str) -> list[str]:
    return [
        *([in_language(eqf_level(level.eqf).words, language)] if level.eqf else []),
        *([_label(european("nqf", level.nqf).labels, language)] if level.nqf else []),
        *([_label(own("qf-ehea", CYCLES[level.cycle]).labels, language)] if level.cycle else []),
    ]


def _grade(grade: Grade | None, text: _Texts) -> list[str]:
    if grade is None:
        return []
    return [_short(f"{grade.value} ({text.of(grade.text)})" if grade.text else grade.value, _LONG_VALUE)]


def _unit(unit: Unit, text: _Texts, universities: Mapping[str, str]) -> str:
    def name(provider: Provider) -> str:
        if isinstance(provider, Organisation):
            return text.of(provider.name)
        return universities.get(provider) or (
            text.of(MEMBERS[provider].legal_name) if provider in MEMBERS else provider
        )

    credit = f", {decimal_text(unit.ects)}\u00a0ECTS" if unit.ects is not None else ""
    return f"{text.of(unit.title)} ({' / '.join(name(each) for each in unit.provided_by)}){credit}"
