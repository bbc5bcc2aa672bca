"""The concept schemes of the alliance: what the European lists have no member for.

Frozen like the context: a concept once published keeps its id and its meaning for ever. What changes gets a new version
of the scheme (``.../v2``). Notes in a document carry one of these concepts as their subject, so that a reader finds a
template element again by structure, never by parsing text (template-elements.md section 2).

A value chosen from a closed list that ELM has no property for (the awarding-body rule, the form of the document, ...)
is a note whose subject is the *narrower* concept, such as ``template-element/v1#awarding-body-rule-leading-role``
below ``template-element/v1#awarding-body-rule``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LABEL_LANGUAGES: Final = ("en", "de", "es", "it", "nb", "pl", "sv")
"""The languages in which every concept below has a label, in the order of the tuples."""

_SNB: Final = "http://data.europa.eu/snb/"


@dataclass(frozen=True, slots=True)
class OwnConcept:
    """A concept of ours: code, labels in the order of :data:`LABEL_LANGUAGES`, English definition."""

    code: str
    labels: tuple[str, ...]
    definition: str
    broader: str | None = None
    broad_match: str | None = None
    exact_match: str | None = None


@dataclass(frozen=True, slots=True)
class OwnScheme:
    """One concept scheme of ours."""

    name: str
    title: str
    description: str
    concepts: tuple[OwnConcept, ...]


_TYPOLOGY: Final = OwnScheme(
    "typology",
    "Typology of ENHANCE micro-credentials",
    "Types and sub-types of ENHANCE micro-credentials (template, edition 2021-06, 7.2 and Annex 2). "
    "Sub-types are for information; they are no part of a micro-credential's name.",
    (
        OwnConcept(
            "certificate",
            ("Certificate", "Zertifikat", "Certificado", "Certificato", "Sertifikat", "Certyfikat", "Certifikat"),
            "Micro-credential with rigid quality assurance and thorough formal assessment of learning outcomes; "
            "in principle it carries ECTS points.",
        ),
        OwnConcept(
            "badge",
            ("Badge", "Badge", "Insignia", "Badge", "Digital utmerkelse", "Odznaka", "Badge"),
            "Micro-credential without ECTS points, for which assessment may be less formal or rest on participation.",
        ),
        OwnConcept(
            "academic-certificate",
            (
                "Certificate of academic achievement",
                "Zertifikat über akademische Leistungen",
                "Certificado de logro académico",
                "Certificato di risultato accademico",
                "Sertifikat for akademisk prestasjon",
                "Certyfikat osiągnięć akademickich",
                "Certifikat för akademisk prestation",
            ),
            "Certificate whose learning outcomes comprise an essential component of knowledge and focus on an area of "
            "engineering or on transdisciplinary competences.",
            broader="certificate",
        ),
        OwnConcept(
            "specialisation-certificate",
            (
                "Certificate of specialisation or professional achievement",
                "Zertifikat über Spezialisierung oder berufliche Leistungen",
                "Certificado de especialización o logro profesional",
                "Certificato di specializzazione o risultato professionale",
                "Sertifikat for spesialisering eller faglig prestasjon",
                "Certyfikat specjalizacji lub osiągnięć zawodowych",
                "Certifikat för specialisering eller yrkesmässig prestation",
            ),
            "Certificate whose learning outcomes focus on the application of knowledge or the development of skills "
            "relevant for the labour market or professional development.",
            broader="certificate",
        ),
        OwnConcept(
            "achievement-badge",
            (
                "Badge of achievement",
                "Badge über Leistungen",
                "Insignia de logro",
                "Badge di risultato",
                "Digital utmerkelse for prestasjon",
                "Odznaka osiągnięć",
                "Badge för prestation",
            ),
            "Badge based on education provision open to the general public.",
            broader="badge",
        ),
        OwnConcept(
            "service-badge",
            (
                "Service-based badge",
                "Badge über gesellschaftliches Engagement",
                "Insignia de aprendizaje-servicio",
                "Badge basato sul servizio",
                "Digital utmerkelse for samfunnsengasjement",
                "Odznaka za działalność społeczną",
                "Badge för samhällsengagemang",
            ),
            "Badge for service-based learning and volunteering.",
            broader="badge",
        ),
        OwnConcept(
            "micro-degree",
            (
                "Micro-degree",
                "Micro-Degree",
                "Micro-degree",
                "Micro-degree",
                "Micro-degree",
                "Micro-degree",
                "Micro-degree",
            ),
            "Larger certificate, corresponding to a group of courses; it is not a degree (footnote 32).",
            broader="certificate",
        ),
    ),
)

_EQF_DESCRIPTOR: Final = OwnScheme(
    "eqf-descriptor",
    "Categories of the EQF level descriptors",
    "The three categories of learning outcomes in the level descriptors of the European Qualifications Framework "
    "(Council Recommendation of 22 May 2017, Annex II).",
    (
        OwnConcept(
            "knowledge",
            ("Knowledge", "Kenntnisse", "Conocimientos", "Conoscenze", "Kunnskaper", "Wiedza", "Kunskaper"),
            "Theoretical or factual knowledge.",
            exact_match=_SNB + "skill-type/knowledge",
        ),
        OwnConcept(
            "skills",
            ("Skills", "Fertigkeiten", "Destrezas", "Abilità", "Ferdigheter", "Umiejętności", "Färdigheter"),
            "Cognitive and practical skills.",
            broad_match=_SNB + "skill-type/skill",
        ),
        OwnConcept(
            "responsibility-autonomy",
            (
                "Responsibility and autonomy",
                "Verantwortung und Selbstständigkeit",
                "Responsabilidad y autonomía",
                "Responsabilità e autonomia",
                "Ansvar og selvstendighet",
                "Odpowiedzialność i autonomia",
                "Ansvar och självständighet",
            ),
            "Ability of the learner to apply knowledge and skills autonomously and with responsibility.",
            broad_match=_SNB + "skill-type/skill",
        ),
    ),
)

_FORM: Final = OwnScheme(
    "form",
    "Organisation of learning activities",
    "Forms of learning activities (template, 7.9 b) for which the European lists have no member.",
    (
        OwnConcept(
            "group-of-courses",
            (
                "Group of courses",
                "Gruppe von Kursen",
                "Grupo de cursos",
                "Gruppo di corsi",
                "Gruppe av kurs",
                "Grupa kursów",
                "Grupp av kurser",
            ),
            "Several courses or MOOCs that lead to one micro-credential.",
        ),
        OwnConcept(
            "training",
            ("Training", "Training", "Formación práctica", "Formazione", "Opplæring", "Szkolenie", "Träning"),
            "Training session or series of training sessions.",
        ),
        OwnConcept(
            "bootcamp",
            ("Bootcamp", "Bootcamp", "Bootcamp", "Bootcamp", "Bootcamp", "Bootcamp", "Bootcamp"),
            "Short and intensive training programme.",
            broad_match=_SNB + "learning-opportunity/74a4a268e8",
        ),
        OwnConcept(
            "summer-school",
            (
                "Summer school",
                "Sommerschule",
                "Escuela de verano",
                "Scuola estiva",
                "Sommerskole",
                "Szkoła letnia",
                "Sommarskola",
            ),
            "Course or programme offered in a few weeks of the summer.",
            broad_match=_SNB + "learning-opportunity/74a4a268e8",
        ),
        OwnConcept(
            "lecture-series",
            (
                "Lecture series",
                "Vortragsreihe",
                "Ciclo de conferencias",
                "Ciclo di conferenze",
                "Forelesningsrekke",
                "Cykl wykładów",
                "Föreläsningsserie",
            ),
            "Series of lectures with a common subject.",
        ),
        OwnConcept(
            "prior-learning",
            (
                "Prior learning",
                "Früheres Lernen",
                "Aprendizaje previo",
                "Apprendimento pregresso",
                "Tidligere læring",
                "Wcześniejsze uczenie się",
                "Tidigare lärande",
            ),
            "Learning before or outside the offer, recognised without a learning activity of its own.",
        ),
        OwnConcept(
            "other",
            ("Other form", "Andere Form", "Otra forma", "Altra forma", "Annen form", "Inna forma", "Annan form"),
            "A form that no other concept names; a note says which.",
        ),
    ),
)

_TIMEFRAME: Final = OwnScheme(
    "timeframe",
    "Timeframe of learning activities",
    "Timeframes of learning activities (template, 7.9 c) for which the European lists have no member.",
    (
        OwnConcept(
            "self-paced",
            (
                "Self-paced learning",
                "Lernen im eigenen Tempo",
                "Aprendizaje a ritmo propio",
                "Apprendimento al proprio ritmo",
                "Læring i eget tempo",
                "Nauka we własnym tempie",
                "Lärande i egen takt",
            ),
            "The learner decides when and how fast to learn; there is no fixed timeframe.",
        ),
    ),
)

_QF_EHEA: Final = OwnScheme(
    "qf-ehea",
    "Cycles of the Qualifications Framework of the European Higher Education Area",
    "The cycles of the overarching framework of qualifications (template, 7.7).",
    (
        OwnConcept(
            "short-cycle",
            ("Short cycle", "Kurzstudium", "Ciclo corto", "Ciclo breve", "Kort syklus", "Krótki cykl", "Kort cykel"),
            "Short cycle within or linked to the first cycle.",
        ),
        OwnConcept(
            "first-cycle",
            (
                "First cycle",
                "Erster Zyklus",
                "Primer ciclo",
                "Primo ciclo",
                "Første syklus",
                "Pierwszy cykl",
                "Första cykeln",
            ),
            "First cycle, to which bachelor's degrees belong.",
        ),
        OwnConcept(
            "second-cycle",
            (
                "Second cycle",
                "Zweiter Zyklus",
                "Segundo ciclo",
                "Secondo ciclo",
                "Andre syklus",
                "Drugi cykl",
                "Andra cykeln",
            ),
            "Second cycle, to which master's degrees belong.",
        ),
        OwnConcept(
            "third-cycle",
            (
                "Third cycle",
                "Dritter Zyklus",
                "Tercer ciclo",
                "Terzo ciclo",
                "Tredje syklus",
                "Trzeci cykl",
                "Tredje cykeln",
            ),
            "Third cycle, to which doctoral degrees belong.",
        ),
    ),
)

_TARGET_GROUP: Final = OwnScheme(
    "target-group",
    "Target groups",
    "Target groups that Annex 2 of the template names and the European list does not.",
    (
        OwnConcept(
            "life-long-learners",
            (
                "Life-long learners",
                "Lebenslang Lernende",
                "Personas en aprendizaje permanente",
                "Persone in apprendimento permanente",
                "Livslangt lærende",
                "Osoby uczące się przez całe życie",
                "Livslångt lärande personer",
            ),
            "Learners outside degree programmes who want to learn throughout life.",
        ),
        OwnConcept(
            "traditional-students",
            (
                "Students of degree programmes",
                "Studierende in Studiengängen",
                "Estudiantes de titulaciones",
                "Studenti di corsi di laurea",
                "Studenter på gradsprogrammer",
                "Studenci studiów",
                "Studenter på examensprogram",
            ),
            "Students enrolled in bachelor, master or doctoral programmes.",
        ),
        OwnConcept(
            "secondary-school-students",
            (
                "Secondary school students",
                "Schülerinnen und Schüler der Sekundarstufe",
                "Estudiantes de secundaria",
                "Studenti della scuola secondaria",
                "Elever i videregående skole",
                "Uczniowie szkół średnich",
                "Gymnasieelever",
            ),
            "Pupils of secondary schools.",
        ),
        OwnConcept(
            "senior-citizens",
            (
                "Senior citizens",
                "Seniorinnen und Senioren",
                "Personas mayores",
                "Persone anziane",
                "Seniorer",
                "Seniorzy",
                "Seniorer",
            ),
            "Older people, usually after their working life.",
        ),
        OwnConcept(
            "general-public",
            (
                "General public",
                "Allgemeine Öffentlichkeit",
                "Público en general",
                "Pubblico generale",
                "Allmennheten",
                "Ogół społeczeństwa",
                "Allmänheten",
            ),
            "Everyone who is interested.",
        ),
        OwnConcept(
            "academic-staff",
            (
                "Academic staff",
                "Wissenschaftliches Personal",
                "Personal académico",
                "Personale accademico",
                "Vitenskapelig ansatte",
                "Nauczyciele akademiccy",
                "Akademisk personal",
            ),
            "Teachers and researchers of higher education institutions.",
        ),
    ),
)

_ASSESSMENT: Final = OwnScheme(
    "assessment",
    "Types of assessment",
    "Types of assessment (template, 7.11) for which the European list has no member.",
    (
        OwnConcept(
            "recognition-of-prior-learning",
            (
                "Recognition of prior learning",
                "Anerkennung früheren Lernens",
                "Reconocimiento de aprendizajes previos",
                "Riconoscimento dell'apprendimento pregresso",
                "Godkjenning av tidligere læring",
                "Uznanie wcześniejszego uczenia się",
                "Erkännande av tidigare lärande",
            ),
            "Assessment of learning outcomes acquired before or elsewhere.",
        ),
        OwnConcept(
            "automated-verification",
            (
                "Automated verification of completed tasks",
                "Automatisierte Prüfung erledigter Aufgaben",
                "Verificación automatizada de tareas completadas",
                "Verifica automatica dei compiti completati",
                "Automatisert kontroll av fullførte oppgaver",
                "Automatyczna weryfikacja wykonania zadań",
                "Automatisk kontroll av slutförda uppgifter",
            ),
            "A system verifies that the requirements of tasks are completed.",
        ),
        OwnConcept(
            "task-completion",
            (
                "Completion of tasks",
                "Erledigung von Aufgaben",
                "Realización de tareas",
                "Completamento di compiti",
                "Fullføring av oppgaver",
                "Wykonanie zadań",
                "Slutförande av uppgifter",
            ),
            "The learner completes set tasks.",
        ),
        OwnConcept(
            "participation",
            (
                "Participation",
                "Teilnahme",
                "Participación",
                "Partecipazione",
                "Deltakelse",
                "Uczestnictwo",
                "Deltagande",
            ),
            "The learner takes part in the learning activity.",
        ),
        OwnConcept(
            "other",
            (
                "Other type of assessment",
                "Andere Art der Prüfung",
                "Otro tipo de evaluación",
                "Altro tipo di valutazione",
                "Annen vurderingsform",
                "Inny rodzaj oceny",
                "Annan bedömningsform",
            ),
            "A type that no other concept names; a note says which.",
        ),
        OwnConcept(
            "overall-result",
            (
                "Overall result",
                "Gesamtergebnis",
                "Resultado global",
                "Risultato complessivo",
                "Samlet resultat",
                "Wynik łączny",
                "Samlat resultat",
            ),
            "Not an assessment of its own: what several assessments amount to together.",
        ),
    ),
)

_NATIONALITY_STATUS: Final = OwnScheme(
    "nationality-status",
    "Status of nationality",
    "What the European list of countries cannot say about a learner's nationality (template, 7.1 c).",
    (
        OwnConcept(
            "stateless",
            ("Stateless", "Staatenlos", "Apátrida", "Apolide", "Statsløs", "Bezpaństwowość", "Statslös"),
            "The learner is not considered a national by any state.",
        ),
    ),
)

_TEMPLATE_EDITION: Final = OwnScheme(
    "template-edition",
    "Editions of the ENHANCE micro-credentials template",
    "The edition of the template whose elements and rules a micro-credential follows (section 9 announces changes).",
    (
        OwnConcept(
            "2021-06",
            (
                "Micro-credentials template, edition 2021-06",
                "Vorlage für Micro-Credentials, Ausgabe 2021-06",
                "Plantilla de microcredenciales, edición 2021-06",
                "Modello di microcredenziali, edizione 2021-06",
                "Mal for mikrokvalifikasjoner, utgave 2021-06",
                "Szablon mikropoświadczeń, wydanie 2021-06",
                "Mall för mikromeriter, utgåva 2021-06",
            ),
            "The ENHANCE Micro-Credentials Template of June 2021.",
        ),
    ),
)


def _note(
    code: str, labels: tuple[str, ...], definition: str, *, broader: str | None = None
) -> OwnConcept:  # one line per concept below
    return OwnConcept(code, labels, definition, broader=broader)


_TEMPLATE_ELEMENT: Final = OwnScheme(
    "template-element",
    "Elements of the ENHANCE micro-credentials template",
    "Subjects of notes: which element of the template (edition 2021-06, section 7) a note in a credential carries.",
    (
        _note(
            "learner-name-other-script",
            (
                "Name of the learner in another script",
                "Name in anderer Schrift",
                "Nombre en otra escritura",
                "Nome in altra scrittura",
                "Navn med annet skriftsystem",
                "Imię i nazwisko w innym alfabecie",
                "Namn i annat skriftsystem",
            ),
            "7.1 a: the whole name of the learner as written in another script.",
        ),
        _note(
            "awarding-body",
            (
                "Awarding body",
                "Verleihende Einrichtung",
                "Entidad que otorga",
                "Ente che rilascia",
                "Tildelende institusjon",
                "Instytucja nadająca",
                "Utfärdande lärosäte",
            ),
            "7.4: which university awards the micro-credential, and on whose behalf.",
        ),
        _note(
            "automatic-recognition",
            (
                "Automatic recognition",
                "Automatische Anerkennung",
                "Reconocimiento automático",
                "Riconoscimento automatico",
                "Automatisk godkjenning",
                "Automatyczne uznawanie",
                "Automatiskt erkännande",
            ),
            "Section 5: the micro-credential is recognised automatically among the universities of the alliance; "
            "this is not a promise of credits towards a degree.",
        ),
        _note(
            "not-a-degree",
            (
                "Not a degree",
                "Kein akademischer Grad",
                "No es un título universitario",
                "Non è un titolo di studio",
                "Ikke en grad",
                "Nie jest dyplomem ukończenia studiów",
                "Inte en examen",
            ),
            "7.15: the micro-credential is not a degree, and no collection of micro-credentials replaces one.",
        ),
        _note(
            "awarding-body-rule",
            (
                "Rule that determines the awarding body",
                "Regel für die verleihende Einrichtung",
                "Regla que determina la entidad que otorga",
                "Regola che determina l'ente che rilascia",
                "Regel for tildelende institusjon",
                "Zasada wyboru instytucji nadającej",
                "Regel för utfärdande lärosäte",
            ),
            "7.4: who awards a micro-credential that several universities teach.",
        ),
        _note(
            "awarding-body-rule-leading-role",
            (
                "Awarded by the university with the leading role in the development of this micro-credential",
                "Verliehen von der Universität mit der führenden Rolle bei der Entwicklung dieses Micro-Credentials",
                "Otorgada por la universidad con el papel principal en el desarrollo de esta microcredencial",
                "Rilasciata dall'università con il ruolo guida nello sviluppo di questa microcredenziale",
                "Tildelt av universitetet med ledende rolle i utviklingen av denne mikrokvalifikasjonen",
                "Nadane przez uczelnię, która miała wiodącą rolę w opracowaniu tego mikropoświadczenia",
                "Utfärdad av lärosätet med den ledande rollen i utvecklingen av denna mikromerit",
            ),
            "7.4 rule (b).",
            broader="awarding-body-rule",
        ),
        _note(
            "awarding-body-rule-most-activities",
            (
                "Awarded by the university that offers most learning activities of this micro-credential",
                "Verliehen von der Universität, die die meisten Lernaktivitäten dieses Micro-Credentials anbietet",
                "Otorgada por la universidad que ofrece la mayoría de las actividades de esta microcredencial",
                "Rilasciata dall'università che offre la maggior parte delle attività di questa microcredenziale",
                "Tildelt av universitetet som tilbyr de fleste læringsaktivitetene i denne mikrokvalifikasjonen",
                "Nadane przez uczelnię, która oferuje najwięcej zajęć związanych z tym mikropoświadczeniem",
                "Utfärdad av lärosätet som erbjuder de flesta läraktiviteterna i denna mikromerit",
            ),
            "7.4 rule (c).",
            broader="awarding-body-rule",
        ),
        _note(
            "awarding-body-rule-home-university",
            (
                "Awarded by the home university of the learner",
                "Verliehen von der Heimatuniversität",
                "Otorgada por la universidad de origen",
                "Rilasciata dall'università di provenienza",
                "Tildelt av hjemmeuniversitetet",
                "Nadane przez uczelnię macierzystą",
                "Utfärdad av hemuniversitetet",
            ),
            "7.4 rule (a), which the template does not adopt.",
            broader="awarding-body-rule",
        ),
        _note(
            "signatory",
            (
                "Signatory",
                "Unterzeichnende Person",
                "Firmante",
                "Firmatario",
                "Undertegner",
                "Osoba podpisująca",
                "Undertecknare",
            ),
            "7.4: name of the eligible person of the university who signs a paper form.",
        ),
        _note(
            "signatory-role",
            (
                "Role of the signatory",
                "Funktion der unterzeichnenden Person",
                "Cargo del firmante",
                "Ruolo del firmatario",
                "Undertegnerens rolle",
                "Funkcja osoby podpisującej",
                "Undertecknarens roll",
            ),
            "7.4: office of the eligible person of the university who signs a paper form.",
        ),
        _note(
            "unit-pool",
            (
                "Chosen from",
                "Gewählt aus",
                "Elegida de",
                "Scelta tra",
                "Valgt fra",
                "Wybrano z",
                "Vald från",
            ),
            "7.4: the pool of units from which the learner chose this one.",
        ),
        _note(
            "other-form",
            (
                "Other form of participation",
                "Andere Form der Teilnahme",
                "Otra forma de participación",
                "Altra forma di partecipazione",
                "Annen deltakelsesform",
                "Inna forma uczestnictwa",
                "Annan form av deltagande",
            ),
            "7.9 b: what the form `other` stands for.",
        ),
        _note(
            "prerequisites",
            (
                "Prerequisites",
                "Voraussetzungen",
                "Requisitos previos",
                "Prerequisiti",
                "Forkunnskapskrav",
                "Wymagania wstępne",
                "Förkunskapskrav",
            ),
            "7.10: knowledge and skills expected from those who enrol.",
        ),
        _note(
            "no-prerequisites",
            (
                "No prerequisites",
                "Keine Voraussetzungen",
                "Sin requisitos previos",
                "Nessun prerequisito",
                "Ingen forkunnskapskrav",
                "Brak wymagań wstępnych",
                "Inga förkunskapskrav",
            ),
            "7.10: nothing is expected from those who enrol.",
            broader="prerequisites",
        ),
        _note(
            "formal-prerequisites",
            (
                "Formal prerequisites",
                "Formale Voraussetzungen",
                "Requisitos formales",
                "Requisiti formali",
                "Formelle opptakskrav",
                "Wymagania formalne",
                "Formella krav",
            ),
            "7.10: formal requirements for those who enrol, such as a degree.",
            broader="prerequisites",
        ),
        _note(
            "formal-assessment",
            (
                "Formal assessment",
                "Formale Prüfung",
                "Evaluación formal",
                "Valutazione formale",
                "Formell vurdering",
                "Formalna ocena",
                "Formell bedömning",
            ),
            "7.11: the assessment procedure is formal.",
        ),
        _note(
            "summative-assessment",
            (
                "Summative assessment",
                "Summative Prüfung",
                "Evaluación sumativa",
                "Valutazione sommativa",
                "Summativ vurdering",
                "Ocena sumująca",
                "Summativ bedömning",
            ),
            "7.11: the assessment determines what has been achieved at the end.",
        ),
        _note(
            "other-assessment",
            (
                "Other type of assessment",
                "Andere Art der Prüfung",
                "Otro tipo de evaluación",
                "Altro tipo di valutazione",
                "Annen vurderingsform",
                "Inny rodzaj oceny",
                "Annan bedömningsform",
            ),
            "7.11: what the method `other` stands for.",
        ),
        _note(
            "quality-assurance",
            (
                "Quality assurance",
                "Qualitätssicherung",
                "Garantía de calidad",
                "Assicurazione della qualità",
                "Kvalitetssikring",
                "Zapewnianie jakości",
                "Kvalitetssäkring",
            ),
            "7.13: quality assurance of the micro-credential.",
        ),
        _note(
            "quality-assurance-own-degree-procedures",
            (
                "Quality assurance by the university's own procedures for degree programmes",
                "Qualitätssicherung nach den eigenen Verfahren der Universität für Studiengänge",
                "Garantía de calidad según los procedimientos propios de la universidad para titulaciones",
                "Assicurazione della qualità secondo le procedure dell'università per i corsi di studio",
                "Kvalitetssikring etter universitetets egne prosedyrer for gradsprogrammer",
                "Zapewnianie jakości według własnych procedur uczelni dla programów studiów",
                "Kvalitetssäkring enligt lärosätets egna rutiner för examensprogram",
            ),
            "7.13: the university's internal procedures for its degree programmes apply.",
            broader="quality-assurance",
        ),
        _note(
            "quality-assurance-national",
            (
                "Quality assurance by national mechanisms",
                "Qualitätssicherung nach nationalen Verfahren",
                "Garantía de calidad según mecanismos nacionales",
                "Assicurazione della qualità secondo meccanismi nazionali",
                "Kvalitetssikring etter nasjonale ordninger",
                "Zapewnianie jakości według mechanizmów krajowych",
                "Kvalitetssäkring enligt nationella system",
            ),
            "7.13: national quality assurance mechanisms apply.",
            broader="quality-assurance",
        ),
        _note(
            "quality-assurance-international-agency",
            (
                "Quality assurance by an international agency",
                "Qualitätssicherung durch eine internationale Agentur",
                "Garantía de calidad por una agencia internacional",
                "Assicurazione della qualità da parte di un'agenzia internazionale",
                "Kvalitetssikring ved et internasjonalt organ",
                "Zapewnianie jakości przez agencję międzynarodową",
                "Kvalitetssäkring genom ett internationellt organ",
            ),
            "7.13: an international quality assurance agency is relied on.",
            broader="quality-assurance",
        ),
        _note(
            "quality-assurance-esg",
            (
                "In line with the Standards and Guidelines for Quality Assurance in the EHEA (ESG)",
                "Im Einklang mit den Standards und Leitlinien für die Qualitätssicherung im EHR (ESG)",
                "Conforme a los criterios y directrices de garantía de calidad en el EEES (ESG)",
                "In linea con gli standard e le linee guida per l'assicurazione della qualità nello EHEA (ESG)",
                "I tråd med standarder og retningslinjer for kvalitetssikring i EHEA (ESG)",
                "Zgodnie ze standardami i wskazówkami zapewniania jakości w EOSW (ESG)",
                "I linje med standarder och riktlinjer för kvalitetssäkring i EHEA (ESG)",
            ),
            "7.13: quality assurance is in line with the ESG.",
            broader="quality-assurance",
        ),
        _note(
            "content-quality",
            (
                "Quality assurance of the learning content",
                "Qualitätssicherung der Lerninhalte",
                "Garantía de calidad de los contenidos",
                "Assicurazione della qualità dei contenuti",
                "Kvalitetssikring av læringsinnholdet",
                "Zapewnianie jakości treści kształcenia",
                "Kvalitetssäkring av läroinnehållet",
            ),
            "7.13: quality assurance of the learning content, where it comes from elsewhere.",
        ),
        _note(
            "grade",
            ("Grade", "Note", "Calificación", "Voto", "Karakter", "Ocena", "Betyg"),
            "7.14: the grade of the micro-credential, in the grading scheme of the awarding body.",
        ),
        _note(
            "grade-in-words",
            (
                "Grade in words",
                "Note in Worten",
                "Calificación en palabras",
                "Voto in parole",
                "Karakter i ord",
                "Ocena słownie",
                "Betyg i ord",
            ),
            "7.14: the grade of the micro-credential in words.",
        ),
        _note(
            "assessment-grade",
            (
                "Grade of one assessment",
                "Note einer Prüfung",
                "Calificación de una evaluación",
                "Voto di una valutazione",
                "Karakter for én vurdering",
                "Ocena częściowa",
                "Betyg för en bedömning",
            ),
            "7.14: the grade of one of several assessments.",
        ),
        _note(
            "no-grade",
            (
                "No grade",
                "Keine Note",
                "Sin calificación",
                "Nessun voto",
                "Ingen karakter",
                "Bez oceny",
                "Inget betyg",
            ),
            "7.14: the requirements are met and there is no grade. It reads as the absence of a grade.",
        ),
        _note(
            "grade-distribution-period",
            (
                "Years of the grade distribution",
                "Jahre der Notenverteilung",
                "Años de la distribución de calificaciones",
                "Anni della distribuzione dei voti",
                "År for karakterfordelingen",
                "Lata rozkładu ocen",
                "År för betygsfördelningen",
            ),
            "7.14: first and last year of the reference group, as an ISO 8601 interval such as 2024/2025.",
        ),
        _note(
            "stackability",
            (
                "Integration and stackability",
                "Integration und Stapelbarkeit",
                "Integración y acumulabilidad",
                "Integrazione e cumulabilità",
                "Integrasjon og stablingsmuligheter",
                "Integracja i łączenie",
                "Integration och staplingsbarhet",
            ),
            "7.15: whether the micro-credential stands alone or is a component of something larger.",
        ),
        _note(
            "stackability-stand-alone",
            (
                "Stand-alone, independent micro-credential",
                "Eigenständiges, unabhängiges Micro-Credential",
                "Microcredencial autónoma e independiente",
                "Micro-credenziale autonoma e indipendente",
                "Frittstående, uavhengig mikrokvalifikasjon",
                "Samodzielne, niezależne mikropoświadczenie",
                "Fristående, oberoende mikromerit",
            ),
            "7.15: an independent unit of learning.",
            broader="stackability",
        ),
        _note(
            "stackability-stackable",
            (
                "Stackable towards another credential",
                "Auf eine andere Qualifikation anrechenbar",
                "Acumulable para otra credencial",
                "Cumulabile verso un'altra credenziale",
                "Kan stables mot en annen kvalifikasjon",
                "Może być łączone w większą kwalifikację",
                "Staplingsbar mot en annan merit",
            ),
            "7.15: can be recognised as a partial fulfilment of the requirements for something larger.",
            broader="stackability",
        ),
        _note(
            "towards-degree-programme",
            (
                "Towards a degree programme",
                "Für einen Studiengang",
                "Hacia una titulación",
                "Verso un corso di laurea",
                "Mot et gradsprogram",
                "W kierunku programu studiów",
                "Mot ett examensprogram",
            ),
            "7.15: recognised in a bachelor, master or doctoral programme.",
            broader="stackability",
        ),
        _note(
            "towards-non-degree-programme",
            (
                "Towards a non-degree programme",
                "Für ein Programm ohne akademischen Grad",
                "Hacia un programa sin titulación",
                "Verso un programma senza titolo",
                "Mot et program uten grad",
                "W kierunku programu innego niż studia",
                "Mot ett program utan examen",
            ),
            "7.15: recognised in a non-degree programme.",
            broader="stackability",
        ),
        _note(
            "towards-larger-micro-credential",
            (
                "Towards a larger micro-credential",
                "Für ein größeres Micro-Credential",
                "Hacia una microcredencial mayor",
                "Verso una microcredenziale più ampia",
                "Mot en større mikrokvalifikasjon",
                "W kierunku większego mikropoświadczenia",
                "Mot en större mikromerit",
            ),
            "7.15: recognised in a larger micro-credential.",
            broader="stackability",
        ),
        _note(
            "towards-other-courses",
            (
                "In connection with other courses",
                "In Verbindung mit anderen Kursen",
                "En conexión con otros cursos",
                "In connessione con altri corsi",
                "I forbindelse med andre kurs",
                "W połączeniu z innymi kursami",
                "I samband med andra kurser",
            ),
            "Annex 2: may be taken in connection with other course offerings.",
            broader="stackability",
        ),
        _note(
            "ects-recognised",
            (
                "ECTS credits recognised",
                "Anerkannte ECTS-Punkte",
                "Créditos ECTS reconocidos",
                "Crediti ECTS riconosciuti",
                "Godkjente ECTS-poeng",
                "Uznawane punkty ECTS",
                "Erkända ECTS-poäng",
            ),
            "7.15: how many ECTS credits the larger programme recognises; the note holds the decimal number.",
            broader="stackability",
        ),
        _note(
            "diploma-supplement",
            (
                "Note for the Diploma Supplement",
                "Vermerk für das Diploma Supplement",
                "Nota para el Suplemento Europeo al Título",
                "Nota per il Diploma Supplement",
                "Merknad til Diploma Supplement",
                "Adnotacja do suplementu do dyplomu",
                "Notering för Diploma Supplement",
            ),
            "Annex 2: the note that students are given in the Diploma Supplement.",
        ),
        _note(
            "profile",
            ("Profile", "Profil", "Perfil", "Profilo", "Profil", "Profil", "Profil"),
            "7.16: general orientation or profile.",
        ),
        _note(
            "availability",
            (
                "Availability",
                "Verfügbarkeit",
                "Disponibilidad",
                "Disponibilità",
                "Tilgjengelighet",
                "Dostępność",
                "Tillgänglighet",
            ),
            "7.16: to whom the offer is open.",
        ),
        _note(
            "fee-registration",
            (
                "Fee for registration",
                "Anmeldegebühr",
                "Tasa de inscripción",
                "Quota di iscrizione",
                "Avgift for påmelding",
                "Opłata za rejestrację",
                "Avgift för anmälan",
            ),
            "7.16: a fee for registration.",
        ),
        _note(
            "fee-participation",
            (
                "Fee for participation",
                "Teilnahmegebühr",
                "Tasa de participación",
                "Quota di partecipazione",
                "Avgift for deltakelse",
                "Opłata za udział",
                "Avgift för deltagande",
            ),
            "7.16: a fee for participation.",
        ),
        _note(
            "fee-examination",
            (
                "Fee for examination",
                "Prüfungsgebühr",
                "Tasa de examen",
                "Tassa d'esame",
                "Avgift for eksamen",
                "Opłata za egzamin",
                "Avgift för examination",
            ),
            "7.16: a fee for examination.",
        ),
        _note(
            "fee-document",
            (
                "Fee for the document",
                "Gebühr für das Dokument",
                "Tasa por el documento",
                "Tassa per il documento",
                "Avgift for dokumentet",
                "Opłata za dokument",
                "Avgift för dokumentet",
            ),
            "7.16: a fee for issuing the document.",
        ),
        _note(
            "fee-other",
            (
                "Other fee",
                "Andere Gebühr",
                "Otra tasa",
                "Altra tassa",
                "Annen avgift",
                "Inna opłata",
                "Annan avgift",
            ),
            "7.16: another fee.",
        ),
        _note(
            "form-of-document",
            (
                "Form of the document",
                "Form des Dokuments",
                "Forma del documento",
                "Forma del documento",
                "Dokumentets form",
                "Forma dokumentu",
                "Dokumentets form",
            ),
            "7.16: form of the document acknowledging the micro-credential.",
        ),
        _note(
            "form-of-document-digital-only",
            (
                "Digital document only",
                "Nur digitales Dokument",
                "Solo documento digital",
                "Solo documento digitale",
                "Kun digitalt dokument",
                "Tylko dokument cyfrowy",
                "Endast digitalt dokument",
            ),
            "7.16: digital only.",
            broader="form-of-document",
        ),
        _note(
            "form-of-document-paper",
            (
                "Paper document",
                "Papierdokument",
                "Documento en papel",
                "Documento cartaceo",
                "Papirdokument",
                "Dokument papierowy",
                "Pappersdokument",
            ),
            "7.16: on paper.",
            broader="form-of-document",
        ),
        _note(
            "form-of-document-both",
            (
                "Digital and paper document",
                "Digitales Dokument und Papierdokument",
                "Documento digital y en papel",
                "Documento digitale e cartaceo",
                "Digitalt dokument og papirdokument",
                "Dokument cyfrowy i papierowy",
                "Digitalt dokument och pappersdokument",
            ),
            "7.16: digital and on paper.",
            broader="form-of-document",
        ),
        _note(
            "partnership",
            (
                "Partnership with an external organisation",
                "Partnerschaft mit einer externen Organisation",
                "Colaboración con una organización externa",
                "Partenariato con un'organizzazione esterna",
                "Partnerskap med en ekstern organisasjon",
                "Partnerstwo z organizacją zewnętrzną",
                "Partnerskap med en extern organisation",
            ),
            "7.16: an external organisation that took part in developing the micro-credential. The first line of the "
            "note is its name, the further lines its role.",
        ),
        _note(
            "appreciation",
            (
                "Appreciation",
                "Wertschätzung",
                "Reconocimiento externo",
                "Apprezzamento",
                "Anerkjennelse",
                "Rekomendacja",
                "Uppskattning",
            ),
            "7.16: a recommendation by employers, acceptance by a professional association, and the like.",
        ),
        _note(
            "other-information",
            (
                "Other information",
                "Weitere Angaben",
                "Otra información",
                "Altre informazioni",
                "Annen informasjon",
                "Inne informacje",
                "Övrig information",
            ),
            "7.16: other information.",
        ),
    ),
)

OWN_SCHEMES: Final[Mapping[str, OwnScheme]] = {
    scheme.name: scheme
    for scheme in (
        _TYPOLOGY,
        _TEMPLATE_ELEMENT,
        _EQF_DESCRIPTOR,
        _FORM,
        _TIMEFRAME,
        _QF_EHEA,
        _TARGET_GROUP,
        _ASSESSMENT,
        _NATIONALITY_STATUS,
        _TEMPLATE_EDITION,
    )
}
"""Every scheme of ours except ``member``, whose concepts are the universities of ``template/alliance.py``."""
