"""German."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "verdict.valid": "Echt, von einer hier bekannten Universität ausgestellt und in Kraft.",
        "verdict.invalid": "Nicht gültig.",
        "verdict.indeterminate": "Nicht alles konnte geprüft werden.",
        "verdict.presentation-valid": "Alles, was gezeigt wird, ist gültig.",
        "check.json-well-formed": "Wohlgeformtes JSON",
        "check.contexts-pinned": "Bekannte Vokabular-Kontexte",
        "check.nothing-dropped": "Alles ist von der Signatur erfasst",
        "check.literals-well-typed": "Werte der richtigen Art",
        "check.proof": "Signatur",
        "check.issuer-key": "Schlüssel des Ausstellers",
        "check.seal-certificate": "Zertifikat des Siegels",
        "check.awarding-body-is-issuer": "Verleihende Stelle ist der Aussteller",
        "check.issuer-known-member": "Aussteller ist Mitglied der Allianz",
        "check.names-member-without-key": "Kein falscher Gebrauch des Namens eines Mitglieds",
        "check.data-model": "W3C-Datenmodell",
        "check.credential-shape": "Format der European Digital Credentials",
        "check.concept-membership": "Begriffe aus ihren Listen",
        "check.template-rules": "Regeln der ENHANCE-Vorlage",
        "check.status-revocation": "Widerruf",
        "check.status-suspension": "Aussetzung",
        "check.valid-from": "Beginn der Gültigkeit",
        "check.valid-until": "Ende der Gültigkeit",
        "check.owner": "Inhaber",
        "check.accreditation": "Akkreditierung",
        "check.custom": "Eigene Prüfung",
        "check.holder-proof": "Signatur der Präsentation",
        "check.holder-key": "Schlüssel des Inhabers",
        "check.challenge": "Aufgabe dieser Prüfung",
        "check.domain": "Adressat der Präsentation",
        "check.credentials": "Gezeigte Nachweise",
        "edc.format": "Format",
        "edc.seal": "Siegel",
        "edc.owner": "Inhaber",
        "edc.accreditation": "Akkreditierung",
        "edc.revocation": "Widerruf",
        "edc.expiry": "Ablauf",
        "edc.custom": "Eigene Prüfung",
        "verification.not-a-json-object": "Das ist JSON, aber kein Nachweis.",
        "verification.not-a-credential": "Nicht geprüft: Das ist kein Nachweis.",
        "verification.seal-verified": "Das Siegel ist unversehrt: Seit es angebracht wurde, ist nichts geändert worden "
        "({algorithm}). Nach eigener Angabe war das am {day}.",
        "verification.seal-wrong": "Das Siegel passt nicht zum Inhalt: Eines von beiden ist verändert worden.",
        "verification.seal-header-refused": "Das Siegel ist von einer Art, auf die kein Verlass ist (Kopf {member}).",
        "verification.seal-header-not-supported": "Nicht geprüft: Das Siegel gibt etwas an, was hier nicht "
        "gelesen wird ({member}).",
        "verification.seal-not-baseline": "Das Siegel verletzt die Grundregeln von ETSI TS 119 182-1 ({member}).",
        "verification.seal-certificate-unusable": "Das Zertifikat des Siegels ist nicht zu gebrauchen.",
        "verification.seal-certificate-differs": "Das Siegel nennt ein anderes Zertifikat als das, das es mitbringt.",
        "verification.seal-evidence-not-supported": "Nicht geprüft: Das Siegel trägt Nachweise einer Art, die "
        "hier nicht gelesen wird ({member}).",
        "verification.seal-timestamp-wrong": "Ein Zeitstempel im Siegel ist beschädigt oder gehört zu etwas anderem "
        "({member}).",
        "verification.seal-of-the-issuer": "Das Zertifikat des Siegels gehört dem Aussteller, den der Nachweis nennt.",
        "verification.seal-of-another-organisation": "Das Zertifikat des Siegels gehört einer anderen Organisation als "
        "dem Aussteller, den der Nachweis nennt.",
        "verification.seal-certificate-not-for-seals": "Das Zertifikat des Siegels ist nicht zum Signieren bestimmt.",
        "verification.seal-signer-not-trusted": "Nicht geprüft: Wer für das Zertifikat des Siegels bürgt, gilt hier "
        "nicht als vertrauenswürdig.",
        "verification.seal-certificate-valid": "Das Zertifikat des Siegels ist bis {ended} gültig und nicht "
        "widerrufen, nach Auskunft vom {said}.",
        "verification.seal-held-by-timestamps": "Gültig gesiegelt: Zeitstempel zeigen, dass es das Siegel am {proved} "
        "gab. Das Zertifikat ist seither abgelaufen, am {ended}; die Zeitstempel halten das Siegel. "
        "Dass es nicht widerrufen war, ist Auskunft vom {said}.",
        "verification.seal-certificate-expired-since": "Nicht gezeigt: Nach eigener Angabe am {day} gesiegelt. Das "
        "Zertifikat ist seither abgelaufen, am {ended}, und kein hier vertrauenswürdiger Zeitstempel zeigt, dass das "
        "Siegel älter ist.",
        "verification.seal-revocation-unknown": "Nicht geprüft: Nichts zeigt, ob das Zertifikat des Siegels widerrufen "
        "wurde.",
        "verification.seal-certificate-revoked": "Das Zertifikat des Siegels war widerrufen.",
        "verification.seal-outside-certificate": "Das Siegel will vom {day} sein; sein Zertifikat gilt nur von "
        "{begins} bis {ended}.",
        "verification.seal-after-its-timestamp": "Das Siegel will vom {day} sein, später als sein eigener Zeitstempel "
        "({proved}).",
        "verification.not-sealed": "Der Nachweis trägt kein Siegel.",
        "verification.form-not-supported": "Nicht geprüft: Nachweise dieser Form werden erkannt, "
        "aber hier noch nicht gelesen.",
        "verification.manifest-no-credential": "Dies ist ein Verzeichnis: Es sagt über Prüfsummen, welche Dateien "
        "eines Micro-Credentials zusammengehören. Es ist selbst kein Nachweis; prüfen Sie die Dateien.",
        "verification.form-unknown": "Nicht geprüft: Der erste Kontext ist unbekannt und damit auch die Form.",
        "verification.json-well-formed": "Das Dokument ist ein wohlgeformter JSON-Text.",
        "verification.contexts-pinned": "Alle Kontexte sind hier bekannt und wurden aus eigenen Kopien gelesen.",
        "verification.context-embedded": "Nicht geprüft: Ein Teil des Dokuments bringt einen eigenen Kontext mit, in "
        "dem seine Wörter etwas anderes bedeuten können.",
        "verification.context-missing": "Nicht geprüft: Das Dokument nennt keinen Kontext.",
        "verification.context-unknown": "Nicht geprüft: Das Dokument verwendet einen hier unbekannten Kontext. "
        "Kontexte werden nie abgerufen.",
        "verification.context-inline": "Nicht geprüft: Das Dokument definiert in seinem Kontext eigene Begriffe.",
        "verification.nothing-dropped": "Die Signatur erfasst jede Aussage des Dokuments.",
        "verification.not-covered": "Das Dokument enthält Aussagen, die keine Signatur erfasst.",
        "verification.spelled-otherwise": "Das Dokument ist nicht so geschrieben, wie sein Aussteller schreibt: Die "
        "Signatur passt, aber wer es liest, sieht womöglich etwas anderes.",
        "verification.literals-well-typed": "Daten, Zahlen und Adressen sind so geschrieben, wie ihre Art es verlangt.",
        "verification.literal-ill-typed": "Ein Wert ist nicht von der Art, die sein Begriff verlangt.",
        "verification.graph-not-read": "Nicht geprüft: Das Dokument konnte nicht zu Ende gelesen werden.",
        "verification.graph-not-supported": "Nicht geprüft: Das Dokument verwendet ein JSON-LD-Merkmal, "
        "das hier nicht gelesen wird.",
        "verification.graph-too-complex": "Nicht geprüft: Das Dokument zu lesen wäre aufwendiger als erlaubt.",
        "verification.proof-verified": "Die Signatur stimmt ({algorithm}, {created}, Schlüssel {key}).",
        "verification.token-verified": "Die Signatur des Tokens stimmt (JOSE, {algorithm}, Schlüssel {key}).",
        "verification.token-unsigned": "Das Token sagt selbst, dass es niemand signiert hat oder jeder Leser es hätte "
        "signieren können.",
        "verification.token-header-refused": "Der Kopf des Tokens verletzt seinen Standard oder bringt einen eigenen "
        "Schlüssel mit ({member}).",
        "verification.token-header-not-supported": "Nicht geprüft: Der Kopf des Tokens enthält etwas, das hier nicht "
        "gelesen wird ({member}).",
        "verification.token-type-wrong": "Das Token gibt sich nicht als Nachweis aus ({member}).",
        "verification.token-claim-wrong": "Was das Token über sich selbst sagt, passt nicht zu dem Nachweis darin "
        "({member}).",
        "verification.no-linked-data": "Nichts zu prüfen: Nachweise dieser Form verwenden keine Kontexte.",
        "verification.disclosures-signed": "Alles, was offengelegt wurde, ist, was signiert wurde.",
        "verification.key-binding-verified": "Wer den Nachweis hält, hat genau diese Vorlage signiert "
        "({algorithm}, {created}).",
        "verification.key-binding-wrong": "Was signiert wurde, bindet diese Vorlage nicht, wie es muss ({member}).",
        "verification.key-binding-too-old": "Was signiert wurde, ist älter, als eine Antwort auf diese Frage sein kann "
        "({created}).",
        "verification.holder-key-confirmed": "Signiert mit dem Schlüssel, den der Aussteller bestätigt hat.",
        "verification.status-value-unknown": "Nicht geprüft: Was die Statusliste dort sagt, hat hier keine bekannte "
        "Bedeutung.",
        "verification.issuer-by-certificate": "Nicht geprüft: Der Aussteller ist nur durch ein Zertifikat benannt, und "
        "Zertifikate werden bei dieser Form nicht befragt.",
        "verification.disclosure-wrong": "Was einzeln offengelegt wurde, ist nicht, was signiert wurde, oder steht, wo "
        "es nicht stehen darf.",
        "verification.proof-missing": "Das Dokument ist nicht signiert.",
        "verification.proof-wrong": "Die Signatur passt nicht zum Dokument: Es wurde verändert oder mit einem anderen "
        "Schlüssel signiert.",
        "verification.proof-malformed": "Die Signatur ist nicht so geschrieben, wie ihr Standard es verlangt.",
        "verification.proof-purpose-wrong": "Die Signatur wurde nicht gegeben, um etwas zu bestätigen.",
        "verification.proof-key-does-not-fit": "Signaturverfahren und Schlüssel gehören nicht zusammen.",
        "verification.proof-from-the-future": "Die Signatur ist in die Zukunft datiert ({created}).",
        "verification.proof-expired": "Die Signatur galt für eine Zeit, die vorüber ist.",
        "verification.too-many-proofs": "Nicht geprüft: Das Dokument trägt mehr Signaturen, als hier angesehen werden.",
        "verification.previous-proof-wrong": "Die Signatur beruht auf einer anderen, die fehlt, nicht eindeutig "
        "ist oder wiederum auf ihr beruht.",
        "verification.previous-proof-unverified": "Nicht geprüft: Die Signatur beruht auf einer anderen, die "
        "nicht hielt.",
        "verification.cryptosuite-not-supported": "Nicht geprüft: Dieses Signaturverfahren wird hier nicht "
        "unterstützt.",
        "verification.proof-key-not-available": "Nicht geprüft: Der Schlüssel zu dieser Signatur war nicht zu "
        "erhalten.",
        "verification.issuer-key-active": "Mit einem Schlüssel signiert, den der Aussteller heute verwendet ({key}).",
        "verification.issuer-key-retired": "Mit einem früheren Schlüssel des Ausstellers signiert, in Gebrauch "
        "bis {ended}. "
        "Was er signiert hat, gilt wie zuvor.",
        "verification.issuer-key-in-did-document": "Das eigene Dokument des Ausstellers führt diesen Schlüssel "
        "für Bestätigungen ({key}).",
        "verification.issuer-missing": "Das Dokument nennt keinen Aussteller.",
        "verification.key-of-another": "Der Schlüssel der Signatur gehört nicht dem Aussteller, den das "
        "Dokument nennt.",
        "verification.proof-key-not-named": "Die Signatur sagt nicht, mit welchem Schlüssel sie gegeben wurde.",
        "verification.key-unknown-to-issuer": "Der Aussteller hat keinen solchen Schlüssel ({key}).",
        "verification.key-not-in-did-document": "Das Dokument des Ausstellers führt keinen solchen Schlüssel ({key}).",
        "verification.key-controlled-by-another": "Laut Dokument des Ausstellers gehört dieser Schlüssel jemand "
        "anderem.",
        "verification.key-not-for-assertion": "Der Aussteller signiert mit diesem Schlüssel keine Nachweise.",
        "verification.key-revoked": "Der Schlüssel gilt seit {ended} als widerrufen. Was er signiert hat, ist nicht "
        "mehr gültig, "
        "gleich welches Datum es trägt.",
        "verification.key-compromised": "Seit {since} kann jemand anderes den Schlüssel gehabt haben, "
        "und nichts zeigt, dass dies vorher signiert wurde. Es gilt nicht mehr, welches Datum es auch trägt.",
        "verification.key-compromised-records-unread": "Nicht geprüft: Seit {since} kann jemand anderes den "
        "Schlüssel gehabt haben, und dieser Dienst kann zurzeit nicht nachlesen, ob seine eigenen Aufzeichnungen dies "
        "von vorher kennen.",
        "verification.issued-before-compromise": "Seit {since} kann jemand anderes den Schlüssel gehabt haben. Die "
        "eigenen Aufzeichnungen dieses Dienstes zeigen genau dieses Dokument mit dieser Signatur als am {recorded} "
        "ausgestellt, also vorher. Es bleibt gültig.",
        "verification.key-compromised-signed-after": "Nach dem {since} signiert, als jemand anderes den "
        "Schlüssel gehabt haben kann.",
        "verification.key-expired": "Das Dokument des Ausstellers hat den Gebrauch dieses Schlüssels am {ended} "
        "beendet.",
        "verification.key-not-yet-active": "Der Aussteller hat diesen Schlüssel angekündigt, aber noch nicht "
        "verwendet.",
        "verification.key-used-before-activation": "Die Signatur ist datiert, bevor der Schlüssel in Gebrauch kam.",
        "verification.key-used-after-retirement": "Die Signatur ist datiert, nachdem der Schlüssel "
        "außer Gebrauch kam ({ended}).",
        "verification.lookups-off": "Nicht geprüft: Dieser Dienst fragt nicht nach Ausstellern.",
        "verification.lookups-for-members-only": "Nicht geprüft: Dieser Dienst fragt nur nach Mitgliedern der Allianz.",
        "verification.lookup-for-the-issuer-only": "Nicht geprüft: Nur nach dem Aussteller wird gefragt, und "
        "dieser Schlüssel gibt sich nicht als seiner aus.",
        "verification.not-a-did": "Nicht geprüft: Der Schlüssel des Ausstellers ist nicht durch eine DID benannt.",
        "verification.did-method-not-supported": "Nicht geprüft: Diese Art von DID wird hier nicht unterstützt.",
        "verification.did-malformed": "Nicht geprüft: Die DID des Ausstellers ist fehlerhaft.",
        "verification.did-key-type-not-supported": "Nicht geprüft: Der Schlüssel in der DID ist von einer Art, "
        "die hier nicht unterstützt wird.",
        "verification.did-not-looked-up": "Nicht geprüft: Nach dem Dokument des Ausstellers wurde nicht gefragt.",
        "verification.did-document-not-fetched": "Nicht geprüft: Das Dokument des Ausstellers war nicht "
        "abzurufen ({lookup}).",
        "verification.did-document-not-json": "Nicht geprüft: Unter der Adresse des Ausstellers steht kein JSON.",
        "verification.did-document-of-another": "Nicht geprüft: Das Dokument unter der Adresse des Ausstellers "
        "gehört jemand anderem.",
        "verification.did-document-malformed": "Nicht geprüft: Das Dokument des Ausstellers ist fehlerhaft.",
        "verification.key-type-not-supported": "Nicht geprüft: Der Schlüssel ist von einer Art, "
        "die hier nicht unterstützt wird.",
        "verification.key-material-malformed": "Nicht geprüft: Der Schlüssel im Dokument des Ausstellers ist "
        "nicht lesbar.",
        "verification.private-key-published": "Nicht geprüft: Das Dokument des Ausstellers veröffentlicht den privaten "
        "Schlüssel; ein solcher Schlüssel beweist nichts.",
        "verification.awarding-body-is-issuer": "Die verleihende Stelle hat den Nachweis selbst ausgestellt.",
        "verification.awarding-body-by-mandate": "Nicht von der verleihenden Stelle ausgestellt; "
        "der Nachweis nennt einen Auftrag.",
        "verification.awarding-body-differs": "Der Aussteller ist nicht die verleihende Stelle, und kein "
        "Auftrag ist genannt.",
        "verification.no-awarding-body": "Nichts zu prüfen: Der Nachweis nennt keine verleihende Stelle.",
        "verification.issuer-is-member": "Der Aussteller ist Mitglied der Allianz: {member}.",
        "verification.issuer-accepted-by-policy": "Der Aussteller ist kein Mitglied, wird hier aber nach eigener Regel "
        "anerkannt.",
        "verification.issuer-not-a-member": "Echt, aber der Aussteller ist kein Mitglied der Allianz und hier nicht "
        "bekannt. "
        "Das macht das Dokument weder falsch noch wahr.",
        "verification.issuer-not-proved": "Nicht geprüft: Das Dokument nennt einen Aussteller, aber es ist "
        "nicht gezeigt, "
        "dass er es signiert hat.",
        "verification.test-issuer": "Echt, Testaussteller, kein Mitglied: zum Ausprobieren gemacht, bescheinigt "
        "nichts.",
        "verification.own-receipt": "Echte Quittung dieses Dienstes über eine frühere Prüfung, unverändert. Sie ist "
        "kein Nachweis und sagt nichts über heute.",
        "verification.members-not-known": "Nicht geprüft: Die Liste der Mitglieder war nicht lesbar.",
        "verification.names-no-member": "Das Dokument gebraucht nicht den Namen eines Mitglieds.",
        "verification.names-itself": "Das Dokument gebraucht nur den Namen seines eigenen Ausstellers.",
        "verification.trust-list-expired": "Nicht geprüft: Die Liste, die diesen Aussteller nennt, endete am {ended} "
        "({signer}).",
        "verification.claims-to-be-member": "Das Dokument gebraucht den Namen eines Mitglieds ({member}), "
        "ohne mit dessen Schlüssel signiert zu sein.",
        "verification.member-not-proved": "Nicht geprüft: Das Dokument nennt ein Mitglied, aber es ist nicht gezeigt, "
        "dass dieses es signiert hat.",
        "verification.owner-not-asked": "Nicht geprüft: Wer hier einen Nachweis zeigt, wird nicht gefragt, wer er ist.",
        "verification.accreditation-not-looked-up": "Nicht geprüft: Die europäische Akkreditierungsdatenbank "
        "wird nicht befragt.",
        "verification.data-model-kept": "Das Dokument folgt dem W3C-Datenmodell ({form}).",
        "verification.data-model-broken": "Das Dokument folgt nicht dem W3C-Datenmodell.",
        "verification.related-resource-not-held": "Nicht geprüft: Das Dokument nennt die Prüfsumme einer Ressource, "
        "die hier nicht abgerufen wird.",
        "verification.credential-shape-kept": "Alles, was European Digital Credentials verlangen, ist da.",
        "verification.credential-shape-broken": "Das Dokument hat nicht die Form, die European Digital Credentials "
        "verlangen.",
        "verification.not-a-european-digital-credential": "Nichts zu prüfen: kein European Digital Credential.",
        "verification.concepts-in-their-lists": "Jeder Begriff gehört zu der Liste, die er nennt.",
        "verification.concept-not-in-its-list": "Ein Begriff gehört nicht zu der Liste, die er nennt.",
        "verification.custom-not-defined": "Nichts zu prüfen: Der Aussteller hat keine eigene Prüfung festgelegt.",
        "verification.template-rules-kept": "Alle verpflichtenden Regeln der ENHANCE-Vorlage sind eingehalten.",
        "verification.template-rule-broken": "Eine Regel der ENHANCE-Vorlage ist verletzt.",
        "verification.not-an-enhance-micro-credential": "Nichts zu prüfen: kein ENHANCE-Micro-Credential.",
        "verification.presentation-not-signed": "Nichts zu prüfen: Die Präsentation ist nicht signiert. Jeder "
        "Nachweis darin spricht für sich selbst.",
        "verification.presentation-purpose-wrong": "Die Signatur wurde nicht gegeben, um etwas vorzuzeigen.",
        "verification.statements-not-signed": "Nicht geprüft: Die Präsentation sagt selbst etwas aus, und niemand hat "
        "sie signiert.",
        "verification.holder-not-shown": "Nicht geprüft: Die Präsentation nennt einen Inhaber, aber niemand hat sie "
        "signiert. Jeder kann sie zusammengestellt haben.",
        "verification.holder-not-named": "Nichts zu prüfen: Die Präsentation nennt keinen Inhaber.",
        "verification.key-not-of-the-holder": "Der Schlüssel der Signatur gehört nicht dem Inhaber, den die "
        "Präsentation nennt.",
        "verification.key-not-for-authentication": "Dieser Schlüssel ist nicht dafür vorgesehen, dass sich jemand "
        "damit ausweist.",
        "verification.holder-key-in-did-document": "Mit einem Schlüssel des Inhabers signiert ({key}).",
        "verification.holder-not-proved": "Nicht geprüft: Es ist nicht gezeigt, dass der Inhaber die Präsentation "
        "signiert hat.",
        "verification.no-challenge-asked": "Nichts zu prüfen: Diese Prüfung hat keine Aufgabe gestellt. Die "
        "Präsentation kann älter und eine Kopie sein.",
        "verification.challenge-met": "Die Präsentation wurde für diese Prüfung signiert.",
        "verification.challenge-differs": "Die Präsentation wurde für eine andere Prüfung signiert oder ist eine "
        "Kopie.",
        "verification.challenge-unanswered": "Die Präsentation beantwortet die Aufgabe dieser Prüfung nicht: Sie ist "
        "nicht signiert.",
        "verification.no-domain-asked": "Nichts zu prüfen: Diese Prüfung hat nicht gesagt, für wen die Präsentation "
        "bestimmt sein soll.",
        "verification.domain-met": "Die Präsentation ist für diesen Empfänger bestimmt.",
        "verification.domain-differs": "Die Präsentation ist für einen anderen Empfänger bestimmt.",
        "verification.domain-unanswered": "Die Präsentation sagt nicht, für wen sie bestimmt ist: Sie ist nicht "
        "signiert.",
        "verification.no-credential-presented": "Nicht geprüft: Die Präsentation zeigt keinen Nachweis.",
        "verification.credential-invalid": "Ein gezeigter Nachweis ist nicht gültig.",
        "verification.credential-left-open": "Nicht alles konnte geprüft werden: Ein gezeigter Nachweis bleibt offen.",
        "verification.too-many-credentials": "Nicht geprüft: Die Präsentation zeigt mehr Nachweise ({number}), als "
        "hier angesehen werden.",
        "verification.credentials-valid": "Jeder gezeigte Nachweis ist gültig ({number}).",
        "verification.owner-not-shown": "Nicht geprüft: Es ist nicht gezeigt, wer den Nachweis vorzeigt.",
        "verification.owner-not-named": "Nicht geprüft: Der Nachweis sagt nicht durch eine Kennung, von wem er "
        "handelt.",
        "verification.owner-is-another": "Nicht geprüft: Der Nachweis handelt von jemand anderem als dem, der ihn "
        "vorzeigt, oder nennt ihn anders.",
        "verification.owner-not-fresh": "Nicht geprüft: Der Inhaber hat die Präsentation signiert, aber nicht für "
        "diese Prüfung. Sie kann eine Kopie sein.",
        "verification.owner-is-holder": "Wer den Nachweis vorzeigt, hat den Schlüssel der Person, von der er handelt.",
        "verification.not-revoked": "Nicht widerrufen.",
        "verification.revoked": "Der Aussteller hat diesen Nachweis widerrufen.",
        "verification.superseded": "Durch einen neueren ersetzt; bitte den Inhaber danach fragen.",
        "verification.not-suspended": "Nicht ausgesetzt.",
        "verification.suspended": "Der Aussteller hat diesen Nachweis bis auf Weiteres ausgesetzt.",
        "verification.no-revocation-entry": "Nichts zu prüfen: Für diesen Nachweis sieht der Aussteller keinen "
        "Widerruf vor.",
        "verification.no-suspension-entry": "Nichts zu prüfen: Für diesen Nachweis sieht der Aussteller "
        "keine Aussetzung vor.",
        "verification.status-entry-missing": "Nicht geprüft: Der Nachweis eines Mitglieds nennt seinen Status, "
        "dieser nicht.",
        "verification.status-entry-malformed": "Nicht geprüft: Der Statuseintrag ist fehlerhaft.",
        "verification.status-type-not-supported": "Nicht geprüft: Diese Art von Status wird hier nicht unterstützt.",
        "verification.status-purpose-unknown": "Nicht geprüft: Was ein Status dieser Art bedeutet, ist nicht bestimmt.",
        "verification.status-not-asked": "Nicht geprüft: Nach dem Status wurde nicht gefragt, weil nicht gezeigt ist, "
        "dass der Aussteller das Dokument signiert hat.",
        "verification.status-lookup-not-allowed": "Nicht geprüft: Dieser Dienst fragt diesen Rechner nicht nach "
        "dem Status.",
        "verification.status-store-unavailable": "Nicht geprüft: Unser eigenes Statusverzeichnis ist zurzeit "
        "nicht lesbar.",
        "verification.status-list-not-fetched": "Nicht geprüft: Die Statusliste war nicht abzurufen ({lookup}).",
        "verification.status-list-form-not-supported": "Nicht geprüft: Die Statusliste hat eine Form, "
        "die hier nicht unterstützt wird.",
        "verification.status-list-malformed": "Nicht geprüft: Die Statusliste ist nicht lesbar.",
        "verification.status-list-proof-wrong": "Nicht geprüft: Die Signatur der Statusliste hält nicht.",
        "verification.status-list-of-another-issuer": "Nicht geprüft: Die Statusliste ist die eines anderen "
        "Ausstellers.",
        "verification.status-list-purpose-differs": "Nicht geprüft: Die Statusliste dient einem anderen Zweck.",
        "verification.status-list-not-current": "Nicht geprüft: Die Statusliste ist nicht aktuell.",
        "verification.status-list-too-short": "Nicht geprüft: Die Statusliste ist kürzer, als der Standard verlangt.",
        "verification.status-index-out-of-range": "Nicht geprüft: Die Statusliste hat keinen solchen Eintrag.",
        "verification.valid-from-reached": "Gültig seit {day}.",
        "verification.not-yet-valid": "Nicht gültig vor dem {day}.",
        "verification.no-valid-from": "Nichts zu prüfen: Kein Beginn ist genannt.",
        "verification.valid-from-unreadable": "Nicht geprüft: Der Beginn der Gültigkeit ist nicht lesbar.",
        "verification.valid-until-not-reached": "Gültig bis {day}.",
        "verification.expired": "Die Gültigkeit des Nachweises endete am {day}. "
        "Die erbrachte Leistung selbst verfällt nicht.",
        "verification.no-valid-until": "Nichts zu prüfen: Kein Ende ist genannt.",
        "verification.valid-until-unreadable": "Nicht geprüft: Das Ende der Gültigkeit ist nicht lesbar.",
        # Wörter der Seiten.
        "page.status-valid": "In Kraft",
        "page.status-valid-sentence": "Die verleihende Einrichtung hat diesen Nachweis weder widerrufen noch "
        "ausgesetzt.",
        "page.status-suspended": "Ausgesetzt",
        "page.status-suspended-sentence": "Die verleihende Einrichtung hat diesen Nachweis vorläufig ausgesetzt.",
        "page.status-revoked": "Widerrufen",
        "page.status-revoked-sentence": "Die verleihende Einrichtung hat diesen Nachweis endgültig widerrufen.",
        "page.status-superseded-sentence": "Eine neuere Fassung hat diesen Nachweis ersetzt; bitten Sie die "
        "Inhaberin oder den "
        "Inhaber darum.",
        "page.signed-document": "Die Dateien",
        "page.signed-document-sentence": "Diese Seite zeigt, was die signierten Dateien sagen; der Nachweis sind die "
        "Dateien. Behalten Sie die, die Sie brauchen, unverändert: Wer sie öffnet und neu speichert, bricht die "
        "Signatur.",
        "page.download": "Signiertes Dokument",
        "page.download-sentence": "Für Wallets und für alle, die W3C Verifiable Credentials prüfen. Zum Aufbewahren.",
        "page.download-edc": "Gesiegelter europäischer digitaler Nachweis",
        "page.download-edc-sentence": "Für Europass: dort in die eigene Wallet hochladen. Er enthält die Seite oben "
        "als Bild.",
        "page.download-edc-bare": "Europäischer digitaler Nachweis, nicht gesiegelt",
        "page.download-edc-bare-sentence": "Zeigt, wie der Nachweis in Europass aussieht. Ohne Siegel beweist "
        "er nichts.",
        "page.verify-address": "Adresse zur Prüfung",
        # Die Startseite und die Seite, die einen Bericht zeigt.
        "page.download-token": "Signiertes Dokument als Token (vc+jwt)",
        "page.download-token-sentence": "Derselbe Inhalt für Wallets, die mit Token arbeiten.",
        "page.download-manifest": "Verzeichnis",
        "page.download-manifest-sentence": "Sagt, von der Universität signiert, dass diese Dateien zusammengehören.",
        "page.page-image": "Bild der Seite: {title}, {learner}. Alles, was darauf steht, steht darunter in Worten.",
        "page.print-page": "Seite zum Drucken (PDF)",
        "page.print-page-sentence": "Papier allein beweist nichts: Der Code darauf führt zu dieser Seite.",
        "page.what-it-says": "Was darin steht",
        "page.wallet-check-title": "Einen Nachweis in einer Wallet prüfen",
        "page.wallet-check-lead": "Die Wallet wird nach einem Lernnachweis oder Micro-Credential gefragt und zeigt "
        "seinen Titel und wer es verliehen hat. Nach Namen wird nicht gefragt.",
        "page.wallet-check-button": "Eine Wallet fragen",
        "page.wallet-check-waiting": "Öffnen Sie dies mit der Wallet, die den Nachweis hält. Diese Seite sieht von "
        "selbst nach der Antwort.",
        "page.wallet-check-picture": "QR-Code, der eine Wallet zur Frage führt",
        "page.wallet-check-refused": "Die Wallet hat keinen Nachweis gezeigt.",
        "page.wallet-check-again": "Noch einmal fragen",
        "page.claim-title": "Micro-Credential abholen",
        "page.claim-lead": (
            "{university} hat Ihnen dieses Micro-Credential verliehen. Sie können es in die Wallet auf Ihrem "
            "Telefon übernehmen oder herunterladen."
        ),
        "page.claim-open": "Sie können es bis zum {until} abholen.",
        "page.claim-claimed": (
            "Eine Wallet hat es abgeholt (zuletzt am {last}). Wenn Sie das waren, ist alles getan. Für ein "
            "weiteres Gerät können Sie es bis zum {until} noch einmal abholen."
        ),
        "page.claim-used-up": (
            "Es liegt in einer Wallet (seit dem {last}), und dieser Link wurde so oft benutzt, wie er es "
            "erlaubt. Für ein neues Telefon bitten Sie die Universität, Ihren Link zu erneuern."
        ),
        "page.claim-locked": (
            "Es wurde zu oft falsch geantwortet; dieser Link ist gesperrt. Bitten Sie die Universität, ihn zu erneuern."
        ),
        "page.claim-expired": "Dieser Link galt bis zum {until}. Bitten Sie die Universität, ihn zu erneuern; Ihr "
        "Micro-Credential ist nicht verloren.",
        "page.claim-withdrawn": (
            "Die Universität hat diesen Link zurückgezogen. Suchen Sie nach einer neueren Nachricht, oder "
            "fragen Sie dort nach."
        ),
        "page.claim-revoked": (
            "Die Universität hat dieses Micro-Credential widerrufen; es kann nicht abgeholt werden. Fragen "
            "Sie dort nach dem Grund."
        ),
        "page.claim-suspended": (
            "Die Universität hat dieses Micro-Credential vorläufig ausgesetzt. Versuchen Sie es später, oder "
            "fragen Sie dort nach."
        ),
        "page.claim-not-ready": (
            "Dieses Micro-Credential wird noch signiert. Versuchen Sie es in einer Minute noch einmal."
        ),
        "page.claim-ask-birth-date": "Ihr Geburtsdatum",
        "page.claim-hint-birth-date": (
            "Jahr, Monat und Tag, etwa 2001-03-31. Die Universität möchte sichergehen, dass Sie es sind."
        ),
        "page.claim-ask-code": "Der Code, den Sie von der Universität haben",
        "page.claim-hint-code": "Sechs Ziffern. Sie kamen auf einem anderen Weg als dieser Link.",
        "page.claim-answer-missing": "Bitte füllen Sie zuerst das Feld aus.",
        "page.claim-birth-date-wrong": "Das ist nicht das hinterlegte Geburtsdatum. Verbleibende Versuche: {left}.",
        "page.claim-claim-code-wrong": "Das ist nicht der Code dieses Links. Verbleibende Versuche: {left}.",
        "page.claim-button": "Abholen",
        "page.claim-button-sentence": (
            "Sie bekommen dann einen QR-Code, eine Schaltfläche, die Ihre Wallet öffnet, und Downloads."
        ),
        "page.claim-inside": "Was darin steht",
        "page.claim-wallet": "Was ist eine Wallet?",
        "page.claim-wallet-sentence": (
            "Eine App, die Nachweise auf Ihrem Telefon aufbewahrt und vorzeigt, wenn Sie das wollen. Jede "
            "Wallet, die Nachweise über OpenID4VCI annimmt, ist geeignet. Ohne Wallet können Sie das "
            "signierte Dokument herunterladen und wie jede Datei aufbewahren."
        ),
        "page.claim-offer-title": "In Ihre Wallet",
        "page.claim-offer-lead": "Wählen Sie, wo Ihre Wallet ist.",
        "page.claim-here": "Auf diesem Gerät",
        "page.claim-here-sentence": "Öffnet die Wallet-App, die hier installiert ist.",
        "page.claim-open-wallet": "Meine Wallet öffnen",
        "page.claim-there": "Auf einem anderen Gerät",
        "page.claim-there-sentence": "Scannen Sie diesen Code mit der Wallet-App oder mit der Kamera.",
        "page.claim-picture": "QR-Code, der eine Wallet zu diesem Micro-Credential führt",
        "page.claim-digits": "Den Code zeigen, nach dem die Wallet fragt",
        "page.claim-digits-sentence": "Geben Sie ihn nur in Ihre Wallet ein. Er gehört allein zu diesem QR-Code.",
        "page.claim-lasts": (
            "QR-Code und Schaltfläche gelten einmal und {minutes} Minuten lang. Danach holen Sie sich einen neuen."
        ),
        "page.claim-next": "Ist es angekommen?",
        "page.claim-next-sentence": "Ihre Wallet sagt es Ihnen. Auch diese Seite weiß es:",
        "page.claim-look": "nachsehen, wie weit es ist",
        "page.claim-plain": "Ohne Wallet",
        "page.claim-plain-sentence": (
            "Dasselbe Micro-Credential als Seite zum Vorzeigen und als Dateien zum Aufbewahren oder "
            "Einreichen. Wer die Adresse der Seite hat, kann sie lesen."
        ),
        "page.claim-public-page": "Seite öffnen",
        "page.failure-no-claim-link": "Dieser Link funktioniert nicht",
        "page.failure-no-claim-link-sentence": (
            "Vielleicht ist die Adresse unvollständig, oder die Universität hat Ihnen einen neueren Link "
            "geschickt. Suchen Sie nach einer späteren Nachricht, oder fragen Sie dort nach."
        ),
        "page.start-sentence": "Die Universitäten der ENHANCE Alliance stellen Zertifikate und Badges als signierte "
        "Dokumente aus. Hier kann jeder prüfen, ob eines echt und in Kraft ist, und sehen, was angeboten wird.",
        "page.check-title": "Einen Nachweis prüfen",
        "page.check-sentence": "Wählen Sie die Datei eines Nachweises, oder fügen Sie seinen Text ein. Nichts davon "
        "wird aufbewahrt.",
        "page.check-file": "Datei",
        "page.check-text": "Text",
        "page.check-button": "Prüfen",
        "page.check-another": "Einen anderen prüfen",
        "page.check-credential": "Nachweis {number}",
        "page.check-passed": "Bestanden",
        "page.check-failed": "Nicht bestanden",
        "page.check-not_checked": "Nicht geprüft",
        "page.verdict-valid": "Gültig",
        "page.verdict-invalid": "Nicht gültig",
        "page.verdict-indeterminate": "Unentschieden",
        "page.start-docs": "Für Programme: die Beschreibung der Schnittstelle",
        # Was Menschen lesen, wo es keine Seite geben konnte.
        "page.failure-not-found": "Unter dieser Adresse gibt es nichts",
        "page.failure-not-found-sentence": "Es wurde vielleicht zurückgezogen, oder die Adresse ist unvollständig.",
        "page.failure-no-credential": "Unter dieser Adresse gibt es keinen Nachweis",
        "page.failure-no-credential-sentence": "Die Adresse ist vielleicht unvollständig, oder der Nachweis hat eine "
        "neue. Fragen Sie, wer Ihnen die Adresse gegeben hat.",
        "page.failure-gone": "Dieser Nachweis kann nicht mehr gezeigt werden",
        "page.failure-gone-sentence": "Die Daten der lernenden Person wurden hier gelöscht. Eine Kopie, die sie "
        "behalten hat, lässt sich weiterhin prüfen.",
        "page.failure-later": "Im Augenblick nicht",
        "page.failure-later-sentence": "Der Dienst ist ausgelastet oder erreicht seine Daten nicht. Versuchen Sie es "
        "in einer Minute wieder.",
        "page.failure-too-large": "Das ist zu groß",
        "page.failure-too-large-sentence": "Ein Nachweis ist viel kleiner als das, was gesendet wurde.",
        "page.failure-defect": "Bei uns ist etwas schiefgegangen",
        "page.failure-defect-sentence": "Es liegt nicht an Ihnen. Mit dem Zeichen unten findet der Betreiber die "
        "Ursache.",
        "page.failure-refused": "Darauf gibt es keine Antwort",
        "page.failure-refused-sentence": "Die Anfrage hat nicht die Form, die hier erwartet wird.",
        "page.failure-reference": "Zeichen",
        "page.catalogue-title": "Micro-Credentials der ENHANCE-Allianz",
        "page.catalogue-sentence": "Was die Universitäten der Allianz anbieten. Ein Micro-Credential ist kein "
        "Hochschulabschluss; auch eine Sammlung davon ersetzt keinen.",
        "page.catalogue-empty": "Noch ist nichts veröffentlicht.",
        "page.catalogue-all": "Alle Micro-Credentials",
        "page.next-page": "Nächste Seite",
        "page.title": "Titel",
        "page.learner": "Lernende Person",
        "page.name-in-other-script": "Name in anderer Schrift",
        "page.birth-date": "Geburtsdatum",
        "page.nationality": "Staatsangehörigkeit",
        "page.student-identifier": "Matrikelnummer oder Kennung",
        "page.awarded-on": "Ausstellungsdatum",
        "page.grade": "Note",
        "page.kind": "Art",
        "page.certificate": "Zertifikat",
        "page.badge": "Badge",
        "page.micro-degree": "Micro-Degree",
        "page.awarding-body": "Verleihende Einrichtung",
        "page.units": "Lerneinheiten",
        "page.workload": "Arbeitsaufwand",
        "page.hours": "Stunden",
        "page.level": "Niveau",
        "page.short-cycle": "Kurzzyklus",
        "page.first-cycle": "Erster Zyklus",
        "page.second-cycle": "Zweiter Zyklus",
        "page.third-cycle": "Dritter Zyklus",
        "page.learning-outcomes": "Lernergebnisse",
        "page.activity": "Lernaktivität",
        "page.mode": "Durchführung",
        "page.on-site": "Vor Ort",
        "page.online": "Online",
        "page.blended": "Blended Learning",
        "page.hybrid": "Hybrid",
        "page.form": "Form der Teilnahme",
        "page.course": "Kurs",
        "page.mooc": "MOOC",
        "page.group-of-courses": "Gruppe von Kursen",
        "page.short-learning-programme": "Kurzes Lernprogramm",
        "page.training": "Schulung",
        "page.workshop": "Workshop",
        "page.bootcamp": "Bootcamp",
        "page.summer-school": "Sommerschule",
        "page.lecture-series": "Vortragsreihe",
        "page.service-based-learning": "Service Learning",
        "page.volunteering": "Freiwilliges Engagement",
        "page.work-experience": "Praktische Arbeit",
        "page.prior-learning": "Früher erworbene Kenntnisse",
        "page.timeframe": "Zeitraum",
        "page.self-paced": "Im eigenen Tempo",
        "page.place": "Ort",
        "page.prerequisites": "Voraussetzungen",
        "page.none": "Keine",
        "page.assessment": "Prüfung",
        "page.written-examination": "schriftliche Prüfung",
        "page.oral-examination": "mündliche Prüfung",
        "page.practical-examination": "praktische Prüfung",
        "page.quiz": "Quiz",
        "page.marked-assignment": "benotete Aufgabe",
        "page.continuous-evaluation": "laufende Bewertung",
        "page.project-work": "Projektarbeit",
        "page.portfolio": "Portfolio",
        "page.artefact": "Werkstück",
        "page.presentation": "Präsentation",
        "page.group-performance": "Gruppenleistung",
        "page.problem-based-learning": "problembasiertes Lernen",
        "page.peer-assessment": "Bewertung durch andere Lernende",
        "page.peer-review": "Begutachtung durch andere Lernende",
        "page.self-assessment": "Selbsteinschätzung",
        "page.guided-self-assessment": "angeleitete Selbsteinschätzung",
        "page.level-of-attendance": "Umfang der Anwesenheit",
        "page.recognition-of-prior-learning": "Anerkennung früher erworbener Kenntnisse",
        "page.automated-verification": "automatische Überprüfung",
        "page.task-completion": "Erledigung von Aufgaben",
        "page.participation": "Teilnahme",
        "page.supervised": "beaufsichtigt",
        "page.unsupervised": "unbeaufsichtigt",
        "page.identity-verified": "Identität geprüft",
        "page.identity-not-verified": "Identität nicht geprüft",
        "page.quality-assurance": "Qualitätssicherung",
        "page.integration": "Einbindung",
        "page.stand-alone": "Eigenständig",
        "page.stackable": "Kombinierbar",
        "page.towards": "Bestandteil von",
        "page.diploma-supplement-note": "Vermerk im Diploma Supplement",
        "page.profile": "Profil",
        "page.target-groups": "Zielgruppen",
        "page.languages": "Unterrichtssprachen",
        "page.availability": "Zugang",
        "page.duration": "Dauer",
        "page.fees": "Gebühren",
        "page.registration": "Anmeldung",
        "page.examination": "Prüfung",
        "page.document": "Dokument",
        "page.other": "Sonstiges",
        "page.document-form": "Form des Dokuments",
        "page.digital-only": "Nur digital",
        "page.paper": "Papier",
        "page.both": "Digital und Papier",
        "page.partners": "Partner",
        "page.appreciation": "Anerkennung durch Dritte",
        "page.field": "Fachgebiet (ISCED-F)",
        "page.further-information": "Weitere Angaben",
        "page.university": "Universität",
        # Claims and types of SD-JWT VCs, as wallets show them.
        "claim.awarding-body": "Verleihende Einrichtung",
        "claim.awarding-country": "Land der verleihenden Einrichtung",
        "claim.awarding-body-identifier": "Kennung der verleihenden Einrichtung",
        "claim.awarded-on": "Verliehen am",
        "claim.issued-on": "Ausgestellt am",
        "claim.title": "Titel",
        "claim.description": "Beschreibung",
        "claim.languages": "Unterrichtssprachen",
        "claim.family-names": "Familiennamen",
        "claim.given-names": "Vornamen",
        "claim.birth-date": "Geburtsdatum",
        "claim.student-identifier": "Kennung der lernenden Person",
        "claim.learning-outcomes": "Lernergebnisse",
        "claim.grade": "Note",
        "claim.grading-scheme": "Notensystem",
        "claim.workload": "Arbeitsaufwand",
        "claim.level": "Niveau (EQR)",
        "claim.quality-assurance": "Qualitätssicherung",
        "claim.prerequisites": "Voraussetzungen",
        "claim.stackable": "Kann Teil von etwas Größerem sein",
        "claim.part-of": "Teil von",
        "claim.legal-category": "Rechtliche Art der Bescheinigung",
        "claim.certificate-number": "Nummer der Urkunde",
        "claim.field-of-education": "Fachrichtung (ISCED-F)",
        "claim.esco": "Fähigkeiten (ESCO)",
        "claim.assessment": "Art der Prüfung",
        "claim.participation": "Form der Teilnahme",
        "claim.supervision": "Aufsicht und Identitätsprüfung",
        "wallet.learning-credential": "Lernnachweis",
        "wallet.learning-credential.description": "Ein Micro-Credential einer Universität als Lernnachweis der "
        "europäischen Brieftasche für digitale Identität.",
        "wallet.verifiable-micro-credential": "Micro-Credential",
        "wallet.verifiable-micro-credential.description": "Ein Micro-Credential einer Universität mit den Elementen "
        "der Empfehlung des Rates vom 16. Juni 2022.",
        "wallet.microcredential": "ENHANCE-Micro-Credential",
        "wallet.microcredential.description": "Ein Micro-Credential der ENHANCE-Allianz in den Begriffen des "
        "European Learning Model, gebunden an einen Schlüssel Ihrer Wallet.",
        "wallet.microcredential-unbound": "ENHANCE-Micro-Credential (für jede Wallet)",
        "wallet.microcredential-unbound.description": "Ein Micro-Credential der ENHANCE-Allianz in den Begriffen des "
        "European Learning Model, ohne Schlüssel: Wer die Datei hat, kann sie vorzeigen.",
    }
)
