"""English. The reference: what is not here is said nowhere."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The verdict where nothing stands in its way.
        "verdict.valid": "Authentic, issued by a university known here, and in force.",
        "verdict.invalid": "Not valid.",
        "verdict.indeterminate": "Not everything could be checked.",
        # Names of the checks.
        "verdict.presentation-valid": "Everything that is shown is valid.",
        "check.json-well-formed": "Well-formed JSON",
        "check.contexts-pinned": "Known vocabulary contexts",
        "check.nothing-dropped": "Everything is covered by the signature",
        "check.literals-well-typed": "Values of the right kind",
        "check.proof": "Signature",
        "check.issuer-key": "Key of the issuer",
        "check.seal-certificate": "Certificate of the seal",
        "check.awarding-body-is-issuer": "Awarding body is the issuer",
        "check.issuer-known-member": "Issuer is a member of the alliance",
        "check.names-member-without-key": "No false use of a member's name",
        "check.data-model": "W3C data model",
        "check.credential-shape": "European Digital Credentials format",
        "check.concept-membership": "Concepts from their lists",
        "check.template-rules": "Rules of the ENHANCE template",
        "check.status-revocation": "Revocation",
        "check.status-suspension": "Suspension",
        "check.valid-from": "Beginning of validity",
        "check.valid-until": "End of validity",
        "check.owner": "Owner",
        "check.accreditation": "Accreditation",
        "check.custom": "Custom check",
        # The seven checks of European Digital Credentials.
        "check.holder-proof": "Signature of the presentation",
        "check.holder-key": "Key of the holder",
        "check.challenge": "Challenge of this check",
        "check.domain": "Whom the presentation is for",
        "check.credentials": "Credentials shown",
        "edc.format": "Format",
        "edc.seal": "Seal",
        "edc.owner": "Owner",
        "edc.accreditation": "Accreditation",
        "edc.revocation": "Revocation",
        "edc.expiry": "Expiry",
        "edc.custom": "Custom",
        # What is not one of our forms.
        "verification.not-a-json-object": "This is JSON, but not a credential.",
        "verification.not-a-credential": "Not checked: this is not a credential.",
        "verification.form-not-supported": "Not checked: credentials of this form are recognised but not yet "
        "read here.",
        "verification.manifest-no-credential": "This is a manifest: it says by their digests which files of one "
        "micro-credential belong together. It is no credential; check the files themselves.",
        "verification.form-unknown": "Not checked: the first context is unknown, so the form is unknown.",
        # Seals.
        "verification.seal-verified": "The seal is intact: nothing has been changed since it was made ({algorithm}). "
        "By its own account that was on {day}.",
        "verification.seal-wrong": "The seal does not fit the content: one of them has been changed.",
        "verification.seal-header-refused": "The seal is not of a kind that can be relied on (header {member}).",
        "verification.seal-header-not-supported": "Not checked: the seal states something that is not read here "
        "({member}).",
        "verification.seal-not-baseline": "The seal breaks the baseline rules of ETSI TS 119 182-1 ({member}).",
        "verification.seal-certificate-unusable": "The certificate of the seal cannot be used.",
        "verification.seal-certificate-differs": "The seal names another certificate than the one it brings.",
        "verification.seal-evidence-not-supported": "Not checked: the seal carries evidence of a kind that is not read "
        "here ({member}).",
        "verification.seal-timestamp-wrong": "A time-stamp in the seal is broken, or is one of something else "
        "({member}).",
        "verification.seal-of-the-issuer": "The certificate of the seal belongs to the issuer that the credential "
        "names.",
        "verification.seal-of-another-organisation": "The certificate of the seal belongs to another organisation than "
        "the issuer that the credential names.",
        "verification.seal-certificate-not-for-seals": "The certificate of the seal is not one for signing.",
        "verification.seal-signer-not-trusted": "Not checked: whoever vouches for the certificate of the seal is not "
        "trusted here.",
        "verification.seal-certificate-valid": "The certificate of the seal is valid until {ended} and has not been "
        "revoked, as was said on {said}.",
        "verification.seal-held-by-timestamps": "Validly sealed: time-stamps show that the seal existed on {proved}. "
        "The certificate has expired since, on {ended}; the time-stamps hold the seal up. That it was not revoked was "
        "said on {said}.",
        "verification.seal-certificate-expired-since": "Not shown: sealed on {day} by its own account. The certificate "
        "has expired since, on {ended}, and no time-stamp that is trusted here shows that the seal is older.",
        "verification.seal-revocation-unknown": "Not checked: nothing shows whether the certificate of the seal has "
        "been revoked.",
        "verification.seal-certificate-revoked": "The certificate of the seal had been revoked.",
        "verification.seal-outside-certificate": "The seal claims to be of {day}; its certificate is valid from "
        "{begins} to {ended} only.",
        "verification.seal-after-its-timestamp": "The seal claims to be of {day}, later than its own time-stamp "
        "({proved}).",
        "verification.not-sealed": "The credential carries no seal.",
        # Integrity.
        "verification.json-well-formed": "The document is one well-formed JSON text.",
        "verification.contexts-pinned": "All contexts are known here and were read from our own copies.",
        "verification.context-embedded": "Not checked: a part of the document brings a context of its own, under which "
        "its words may mean something else.",
        "verification.context-missing": "Not checked: the document names no context.",
        "verification.context-unknown": "Not checked: the document uses a context that is not known here. "
        "Contexts are never fetched.",
        "verification.context-inline": "Not checked: the document defines terms of its own inside its context.",
        "verification.nothing-dropped": "The signature covers every statement in the document.",
        "verification.not-covered": "The document holds statements that no signature covers.",
        "verification.spelled-otherwise": "The document is not written as its issuer writes: the signature fits, but "
        "whoever reads it may see something else.",
        "verification.literals-well-typed": "Dates, numbers and addresses are written as their kind demands.",
        "verification.literal-ill-typed": "A value is not of the kind its term demands.",
        "verification.graph-not-read": "Not checked: the document could not be read to its end.",
        "verification.graph-not-supported": "Not checked: the document uses a feature of JSON-LD that is not "
        "read here.",
        "verification.graph-too-complex": "Not checked: reading the document would take more work than is allowed.",
        "verification.proof-verified": "The signature is right ({algorithm}, {created}, key {key}).",
        "verification.proof-missing": "The document is not signed.",
        "verification.token-verified": "The signature of the token is right (JOSE, {algorithm}, key {key}).",
        "verification.token-unsigned": "The token says itself that nobody signed it, or that whoever reads it could "
        "have.",
        "verification.token-header-refused": "The header of the token breaks its standard or brings its own key "
        "({member}).",
        "verification.token-header-not-supported": "Not checked: the header of the token says something that is not "
        "read here ({member}).",
        "verification.token-type-wrong": "The token is not said to be a credential ({member}).",
        "verification.token-claim-wrong": "What the token says of itself does not go with the credential in it "
        "({member}).",
        "verification.no-linked-data": "Nothing to check: credentials of this form use no contexts.",
        "verification.disclosures-signed": "Everything that was disclosed is what was signed.",
        "verification.key-binding-verified": "The holder signed this very presentation ({algorithm}, {created}).",
        "verification.key-binding-wrong": "What the holder signed does not bind this presentation as it must "
        "({member}).",
        "verification.key-binding-too-old": "What the holder signed is older than an answer to this challenge can be "
        "({created}).",
        "verification.holder-key-confirmed": "Signed with the key that the issuer confirmed as the holder's.",
        "verification.status-value-unknown": "Not checked: what the status list says there has no meaning known here.",
        "verification.issuer-by-certificate": "Not checked: the issuer is named by a certificate alone, which is not "
        "asked of this form.",
        "verification.disclosure-wrong": "What was disclosed selectively is not what was signed, or stands where it "
        "must not.",
        "verification.proof-wrong": "The signature does not fit the document: it was altered, or signed with "
        "another key.",
        "verification.proof-malformed": "The signature is not written as its standard demands.",
        "verification.proof-purpose-wrong": "The signature was not made to assert anything.",
        "verification.proof-key-does-not-fit": "The signature method and the key do not belong together.",
        "verification.proof-from-the-future": "The signature is dated in the future ({created}).",
        "verification.proof-expired": "The signature was made for a time that has passed.",
        "verification.too-many-proofs": "Not checked: the document carries more signatures than are looked at here.",
        "verification.previous-proof-wrong": "The signature rests on another one that is not there, not unique, "
        "or rests on it in turn.",
        "verification.previous-proof-unverified": "Not checked: the signature rests on another one that did not hold.",
        "verification.cryptosuite-not-supported": "Not checked: this signature method is not supported here.",
        "verification.proof-key-not-available": "Not checked: the key for this signature could not be obtained.",
        # Issuer.
        "verification.issuer-key-active": "Signed with a key that the issuer uses today ({key}).",
        "verification.issuer-key-retired": "Signed with a former key of the issuer, in use until {ended}. "
        "What it signed stays as true as before.",
        "verification.issuer-key-in-did-document": "The issuer's own document lists this key for assertions ({key}).",
        "verification.issuer-missing": "The document names no issuer.",
        "verification.key-of-another": "The signing key does not belong to the issuer that the document names.",
        "verification.proof-key-not-named": "The signature does not say with which key it was made.",
        "verification.key-unknown-to-issuer": "The issuer has no such key ({key}).",
        "verification.key-not-in-did-document": "The issuer's document lists no such key ({key}).",
        "verification.key-controlled-by-another": "The issuer's document says that this key is another's.",
        "verification.key-not-for-assertion": "The issuer does not use this key to sign credentials.",
        "verification.key-revoked": "The key counts as revoked since {ended}. What it signed is no longer valid, "
        "whatever date it carries.",
        "verification.key-compromised": "Somebody else may have had the key since {since}, and nothing shows that "
        "this was signed before then. It is no longer valid, whatever date it carries.",
        "verification.key-compromised-records-unread": "Not checked: somebody else may have had the key since {since}, "
        "and this service cannot read at the moment whether its own records show this from before then.",
        "verification.issued-before-compromise": "Somebody else may have had the key since {since}. This service's own "
        "records show exactly this document, with this signature, as issued on {recorded}, before then: "
        "it stays as valid as it was.",
        "verification.key-compromised-signed-after": "Signed after {since}, when somebody else may have had the key.",
        "verification.key-expired": "The issuer's document ended the use of this key on {ended}.",
        "verification.key-not-yet-active": "The issuer has announced this key but not yet used it.",
        "verification.key-used-before-activation": "The signature is dated before the key came into use.",
        "verification.key-used-after-retirement": "The signature is dated after the key went out of use ({ended}).",
        "verification.lookups-off": "Not checked: this service does not look up issuers.",
        "verification.lookups-for-members-only": "Not checked: this service looks up members of the alliance only.",
        "verification.lookup-for-the-issuer-only": "Not checked: only the issuer is looked up, and this key is "
        "not said to be its.",
        "verification.not-a-did": "Not checked: the issuer's key is not named by a DID.",
        "verification.did-method-not-supported": "Not checked: this kind of DID is not supported here.",
        "verification.did-malformed": "Not checked: the issuer's DID is malformed.",
        "verification.did-key-type-not-supported": "Not checked: the key in the DID is of a kind not supported here.",
        "verification.did-not-looked-up": "Not checked: the issuer's document was not asked for.",
        "verification.did-document-not-fetched": "Not checked: the issuer's document could not be fetched ({lookup}).",
        "verification.did-document-not-json": "Not checked: what stands at the issuer's address is not JSON.",
        "verification.did-document-of-another": "Not checked: the document at the issuer's address is another's.",
        "verification.did-document-malformed": "Not checked: the issuer's document is malformed.",
        "verification.key-type-not-supported": "Not checked: the key is of a kind not supported here.",
        "verification.key-material-malformed": "Not checked: the key in the issuer's document cannot be read.",
        "verification.private-key-published": "Not checked: the issuer's document publishes the private key; "
        "such a key proves nothing.",
        "verification.awarding-body-is-issuer": "The awarding body issued the credential itself.",
        "verification.awarding-body-by-mandate": "Issued by another than the awarding body; the credential "
        "states a mandate.",
        "verification.awarding-body-differs": "The issuer is not the awarding body, and no mandate is stated.",
        "verification.no-awarding-body": "Nothing to check: the credential names no awarding body.",
        # Trust.
        "verification.issuer-is-member": "The issuer is a member of the alliance: {member}.",
        "verification.issuer-accepted-by-policy": "The issuer is no member, but this service accepts it by its "
        "own policy.",
        "verification.issuer-not-a-member": "Authentic, but the issuer is not a member of the alliance and is not "
        "known here. That makes the document neither false nor true.",
        "verification.issuer-not-proved": "Not checked: the document names an issuer, but it is not shown that "
        "the issuer "
        "signed it.",
        "verification.test-issuer": "Authentic, test issuer, not a member: made to try things out, certifies nothing.",
        "verification.own-receipt": "An authentic receipt of this service for an earlier check, unchanged. It is no "
        "credential and says nothing about today.",
        "verification.members-not-known": "Not checked: the list of members could not be read.",
        "verification.names-no-member": "The document does not use the name of a member.",
        "verification.names-itself": "The document uses the name of its own issuer only.",
        "verification.trust-list-expired": "Not checked: the list that names this issuer ended on {ended} ({signer}).",
        "verification.claims-to-be-member": "The document uses the name of a member ({member}) "
        "without being signed with that member's key.",
        "verification.member-not-proved": "Not checked: the document names a member, but it is not shown that "
        "the member "
        "signed it.",
        "verification.owner-not-asked": "Not checked: whoever shows a credential here is not asked who they are.",
        "verification.accreditation-not-looked-up": "Not checked: the European accreditation database is not "
        "consulted.",
        # Format and template.
        "verification.data-model-kept": "The document follows the W3C data model ({form}).",
        "verification.data-model-broken": "The document does not follow the W3C data model.",
        "verification.related-resource-not-held": "Not checked: the document states the digest of a resource that is "
        "not fetched here.",
        "verification.credential-shape-kept": "Everything that European Digital Credentials require is there.",
        "verification.credential-shape-broken": "The document is not in the form that European Digital Credentials "
        "require.",
        "verification.not-a-european-digital-credential": "Nothing to check: not a European Digital Credential.",
        "verification.concepts-in-their-lists": "Every concept is a member of the list it names.",
        "verification.concept-not-in-its-list": "A concept is not a member of the list it names.",
        "verification.custom-not-defined": "Nothing to check: the issuer has defined no check of its own.",
        "verification.template-rules-kept": "All required rules of the ENHANCE template are kept.",
        "verification.template-rule-broken": "A rule of the ENHANCE template is broken.",
        "verification.not-an-enhance-micro-credential": "Nothing to check: not an ENHANCE micro-credential.",
        # Presentations.
        "verification.presentation-not-signed": "Nothing to check: the presentation is not signed. Each credential in "
        "it speaks for itself.",
        "verification.presentation-purpose-wrong": "The signature was not given to present anything.",
        "verification.statements-not-signed": "Not checked: the presentation states something of its own, and nobody "
        "signed it.",
        "verification.holder-not-shown": "Not checked: the presentation names a holder, and nobody signed it. Anybody "
        "may have put it together.",
        "verification.holder-not-named": "Nothing to check: the presentation names no holder.",
        "verification.key-not-of-the-holder": "The key of the signature does not belong to the holder that the "
        "presentation names.",
        "verification.key-not-for-authentication": "This key is not one by which anybody identifies themselves.",
        "verification.holder-key-in-did-document": "Signed with a key of the holder ({key}).",
        "verification.holder-not-proved": "Not checked: the holder is not shown to have signed the presentation.",
        "verification.no-challenge-asked": "Nothing to check: this check set no challenge. The presentation may be "
        "older, and a copy.",
        "verification.challenge-met": "The presentation was signed for this check.",
        "verification.challenge-differs": "The presentation was signed for another check, or is a copy.",
        "verification.challenge-unanswered": "The presentation does not answer the challenge of this check: it is not "
        "signed.",
        "verification.no-domain-asked": "Nothing to check: this check did not say whom the presentation should be for.",
        "verification.domain-met": "The presentation is meant for this recipient.",
        "verification.domain-differs": "The presentation is meant for another recipient.",
        "verification.domain-unanswered": "The presentation does not say whom it is for: it is not signed.",
        "verification.no-credential-presented": "Not checked: the presentation shows no credential.",
        "verification.credential-invalid": "A credential that is shown is not valid.",
        "verification.credential-left-open": "Not everything could be checked: a credential that is shown is left "
        "open.",
        "verification.too-many-credentials": "Not checked: the presentation shows more credentials ({number}) than "
        "are looked at here.",
        "verification.credentials-valid": "Every credential that is shown is valid ({number}).",
        "verification.owner-not-shown": "Not checked: it is not shown who presents the credential.",
        "verification.owner-not-named": "Not checked: the credential does not say by an identifier whom it is about.",
        "verification.owner-is-another": "Not checked: the credential is about somebody other than whoever presents "
        "it, or names them otherwise.",
        "verification.owner-not-fresh": "Not checked: the holder signed the presentation, but not for this check. It "
        "may be a copy.",
        "verification.owner-is-holder": "Whoever presents the credential has the key of the person it is about.",
        # Status.
        "verification.not-revoked": "Not revoked.",
        "verification.revoked": "The issuer has revoked this credential.",
        "verification.superseded": "Replaced by a newer one; ask the holder for it.",
        "verification.not-suspended": "Not suspended.",
        "verification.suspended": "The issuer has suspended this credential for the time being.",
        "verification.no-revocation-entry": "Nothing to check: the issuer offers no revocation for this credential.",
        "verification.no-suspension-entry": "Nothing to check: the issuer offers no suspension for this credential.",
        "verification.status-entry-missing": "Not checked: a member's credential names its status, and this one "
        "does not.",
        "verification.status-entry-malformed": "Not checked: the status entry is malformed.",
        "verification.status-type-not-supported": "Not checked: this kind of status is not supported here.",
        "verification.status-purpose-unknown": "Not checked: nobody has said what a status of this purpose means.",
        "verification.status-not-asked": "Not checked: the status was not asked for, because it is not shown "
        "that the issuer signed the document.",
        "verification.status-lookup-not-allowed": "Not checked: this service does not ask this host for status.",
        "verification.status-store-unavailable": "Not checked: our own record of status cannot be read at the moment.",
        "verification.status-list-not-fetched": "Not checked: the status list could not be fetched ({lookup}).",
        "verification.status-list-form-not-supported": "Not checked: the status list is of a form not supported here.",
        "verification.status-list-malformed": "Not checked: the status list cannot be read.",
        "verification.status-list-proof-wrong": "Not checked: the signature of the status list does not hold.",
        "verification.status-list-of-another-issuer": "Not checked: the status list is another issuer's.",
        "verification.status-list-purpose-differs": "Not checked: the status list serves another purpose.",
        "verification.status-list-not-current": "Not checked: the status list is not current.",
        "verification.status-list-too-short": "Not checked: the status list is shorter than the standard demands.",
        "verification.status-index-out-of-range": "Not checked: the status list has no such entry.",
        # Time.
        "verification.valid-from-reached": "Valid since {day}.",
        "verification.not-yet-valid": "Not valid before {day}.",
        "verification.no-valid-from": "Nothing to check: no beginning is stated.",
        "verification.valid-from-unreadable": "Not checked: the beginning of validity cannot be read.",
        "verification.valid-until-not-reached": "Valid until {day}.",
        "verification.expired": "The credential's validity ended on {day}. The achievement itself does not lapse.",
        "verification.no-valid-until": "Nothing to check: no end is stated.",
        "verification.valid-until-unreadable": "Not checked: the end of validity cannot be read.",
        # Words of the pages.
        "page.status-valid": "In force",
        "page.status-valid-sentence": "The awarding body has neither revoked nor suspended this credential.",
        "page.status-suspended": "Suspended",
        "page.status-suspended-sentence": "The awarding body has suspended this credential for the time being.",
        "page.status-revoked": "Revoked",
        "page.status-revoked-sentence": "The awarding body has revoked this credential for good.",
        "page.status-superseded-sentence": "A newer version has replaced this credential; ask the holder for it.",
        "page.signed-document": "The files",
        "page.signed-document-sentence": "This page shows what the signed files say; the files are the proof. Keep the "
        "one that you need, as it is: whoever opens it and saves it anew breaks the signature.",
        "page.download": "Signed document",
        "page.download-sentence": "For wallets and for anybody who checks W3C Verifiable Credentials. The one to keep.",
        "page.download-edc": "Sealed European Digital Credential",
        "page.download-edc-sentence": "For Europass: upload it to your wallet there. It carries the page above as a "
        "picture.",
        "page.download-edc-bare": "European Digital Credential, not sealed",
        "page.download-edc-bare-sentence": "Shows how the credential looks in Europass. Without a seal it "
        "proves nothing.",
        "page.verify-address": "Address for verification",
        # The start page and the page that shows a report.
        "page.download-token": "Signed document as a token (vc+jwt)",
        "page.download-token-sentence": "The same content for wallets that work with tokens.",
        "page.download-manifest": "Manifest",
        "page.download-manifest-sentence": "Says, signed by the university, that these files belong together.",
        "page.page-image": "Picture of the page: {title}, {learner}. All that it shows stands in words below.",
        "page.print-page": "Page for printing (PDF)",
        "page.print-page-sentence": "Paper proves nothing by itself: the code on it leads to this page.",
        "page.what-it-says": "What it says",
        "page.wallet-check-title": "Check a credential in a wallet",
        "page.wallet-check-lead": "The wallet is asked for a learning credential or micro-credential and shows its "
        "title and who awarded it. Names are not asked for.",
        "page.wallet-check-button": "Ask a wallet",
        "page.wallet-check-waiting": "Open this with the wallet that holds the credential. This page looks for the "
        "answer by itself.",
        "page.wallet-check-picture": "QR code that leads a wallet to the question",
        "page.wallet-check-refused": "The wallet did not show a credential.",
        "page.wallet-check-again": "Ask again",
        "page.claim-title": "Claim your micro-credential",
        "page.claim-lead": (
            "{university} has awarded you this micro-credential. You can put it into the wallet on your "
            "phone, or download it."
        ),
        "page.claim-open": "You can claim it until {until}.",
        "page.claim-claimed": (
            "A wallet has fetched it (most recently on {last}). If that was you, you are done. For another "
            "device you can claim it again until {until}."
        ),
        "page.claim-used-up": (
            "It is in a wallet (since {last}), and this link has been used as often as it allows. For a new "
            "phone ask the university to renew your link."
        ),
        "page.claim-locked": (
            "Wrong answers were given too often, so this link is locked. Ask the university to renew it."
        ),
        "page.claim-expired": (
            "This link could be used until {until}. Ask the university to renew it; your micro-credential is not lost."
        ),
        "page.claim-withdrawn": "The university has withdrawn this link. Look for a newer message, or ask there.",
        "page.claim-revoked": (
            "The university has revoked this micro-credential, so it cannot be claimed. Ask there for the reason."
        ),
        "page.claim-suspended": (
            "The university has suspended this micro-credential for the time being. Try again later, or ask there."
        ),
        "page.claim-not-ready": "This micro-credential is still being signed. Try again in a minute.",
        "page.claim-ask-birth-date": "Your date of birth",
        "page.claim-hint-birth-date": (
            "Year, month and day, such as 2001-03-31. The university has asked us to make sure that it is you."
        ),
        "page.claim-ask-code": "The code that the university has given you",
        "page.claim-hint-code": "Six digits. They came another way than this link.",
        "page.claim-answer-missing": "Please fill in the field first.",
        "page.claim-birth-date-wrong": "This is not the date of birth on record. Tries left: {left}.",
        "page.claim-claim-code-wrong": "This is not the code of this link. Tries left: {left}.",
        "page.claim-button": "Claim",
        "page.claim-button-sentence": "You then get a QR code, a button that opens your wallet, and downloads.",
        "page.claim-inside": "What is inside",
        "page.claim-wallet": "What is a wallet?",
        "page.claim-wallet-sentence": (
            "An app that keeps certificates on your phone and shows them when you want to. Any wallet that "
            "takes credentials by OpenID4VCI will do. Without one you can download the signed document and "
            "keep it like any file."
        ),
        "page.claim-offer-title": "Into your wallet",
        "page.claim-offer-lead": "Choose where your wallet is.",
        "page.claim-here": "On this device",
        "page.claim-here-sentence": "Opens the wallet app that is installed here.",
        "page.claim-open-wallet": "Open my wallet",
        "page.claim-there": "On another device",
        "page.claim-there-sentence": "Scan this code with the wallet app, or with the camera.",
        "page.claim-picture": "QR code that leads a wallet to this micro-credential",
        "page.claim-digits": "Show the code that the wallet asks for",
        "page.claim-digits-sentence": "Type it into your wallet only. It is good for this QR code alone.",
        "page.claim-lasts": (
            "The QR code and the button work once, within {minutes} minutes. After that, claim again for a new one."
        ),
        "page.claim-next": "Has it arrived?",
        "page.claim-next-sentence": "Your wallet says so. This page can tell as well:",
        "page.claim-look": "see how far it has come",
        "page.claim-plain": "Without a wallet",
        "page.claim-plain-sentence": (
            "The same micro-credential as a page that you can show, and as files that you can keep or hand "
            "in. Whoever has the address of the page can read it."
        ),
        "page.claim-public-page": "Open its page",
        "page.failure-no-claim-link": "This claim link does not work",
        "page.failure-no-claim-link-sentence": (
            "The address may be incomplete, or the university has sent you a newer link. Look for a later "
            "message, or ask there."
        ),
        "page.start-sentence": "The universities of the ENHANCE Alliance issue certificates and badges as signed "
        "documents. Here anyone can check whether one is genuine and in force, and see what is on offer.",
        "page.check-title": "Check a credential",
        "page.check-sentence": "Choose the file of a credential, or paste its text. Nothing that you send is kept.",
        "page.check-file": "File",
        "page.check-text": "Text",
        "page.check-button": "Check",
        "page.check-another": "Check another one",
        "page.check-credential": "Credential {number}",
        "page.check-passed": "Passed",
        "page.check-failed": "Failed",
        "page.check-not_checked": "Not checked",
        "page.verdict-valid": "Valid",
        "page.verdict-invalid": "Not valid",
        "page.verdict-indeterminate": "Undecided",
        "page.start-docs": "For programs: the reference of the API",
        # What people read where a page could not be given.
        "page.failure-not-found": "There is nothing at this address",
        "page.failure-not-found-sentence": "It may have been withdrawn, or the address may not be complete.",
        "page.failure-no-credential": "There is no credential at this address",
        "page.failure-no-credential-sentence": "The address may be incomplete, or the credential may have a new one. "
        "Ask whoever gave you the address.",
        "page.failure-gone": "This credential can no longer be shown",
        "page.failure-gone-sentence": "The learner's data was erased here. A copy that the learner kept still "
        "verifies.",
        "page.failure-later": "Not at the moment",
        "page.failure-later-sentence": "The service is busy or its records are out of reach. Try again in a minute.",
        "page.failure-too-large": "This is too large",
        "page.failure-too-large-sentence": "A credential is far smaller than what was sent.",
        "page.failure-defect": "Something went wrong on our side",
        "page.failure-defect-sentence": "It is not your fault. The operator finds the cause by the reference below.",
        "page.failure-refused": "This could not be answered",
        "page.failure-refused-sentence": "What was asked for is not of the form that is expected here.",
        "page.failure-reference": "Reference",
        "page.catalogue-title": "Micro-credentials of the ENHANCE Alliance",
        "page.catalogue-sentence": "What the universities of the alliance offer. A micro-credential is "
        "not a degree, and "
        "no collection of micro-credentials replaces one.",
        "page.catalogue-empty": "Nothing is published yet.",
        "page.catalogue-all": "All micro-credentials",
        "page.next-page": "Next page",
        "page.title": "Title",
        "page.learner": "Learner",
        "page.name-in-other-script": "Name in another script",
        "page.birth-date": "Date of birth",
        "page.nationality": "Nationality",
        "page.student-identifier": "Student identification",
        "page.awarded-on": "Date of issuing",
        "page.grade": "Grade",
        "page.kind": "Kind",
        "page.certificate": "Certificate",
        "page.badge": "Badge",
        "page.micro-degree": "Micro-degree",
        "page.awarding-body": "Awarding body",
        "page.units": "Learning units",
        "page.workload": "Workload",
        "page.hours": "hours",
        "page.level": "Level",
        "page.short-cycle": "Short cycle",
        "page.first-cycle": "First cycle",
        "page.second-cycle": "Second cycle",
        "page.third-cycle": "Third cycle",
        "page.learning-outcomes": "Learning outcomes",
        "page.activity": "Learning activity",
        "page.mode": "Mode of delivery",
        "page.on-site": "On-site",
        "page.online": "Online",
        "page.blended": "Blended",
        "page.hybrid": "Hybrid",
        "page.form": "Form of participation",
        "page.course": "Course",
        "page.mooc": "MOOC",
        "page.group-of-courses": "Group of courses",
        "page.short-learning-programme": "Short learning programme",
        "page.training": "Training",
        "page.workshop": "Workshop",
        "page.bootcamp": "Bootcamp",
        "page.summer-school": "Summer school",
        "page.lecture-series": "Lecture series",
        "page.service-based-learning": "Service-based learning",
        "page.volunteering": "Volunteering",
        "page.work-experience": "Work experience",
        "page.prior-learning": "Prior learning",
        "page.timeframe": "Timeframe",
        "page.self-paced": "Self-paced",
        "page.place": "Place",
        "page.prerequisites": "Prerequisites",
        "page.none": "None",
        "page.assessment": "Assessment",
        "page.written-examination": "written examination",
        "page.oral-examination": "oral examination",
        "page.practical-examination": "practical examination",
        "page.quiz": "quiz",
        "page.marked-assignment": "marked assignment",
        "page.continuous-evaluation": "continuous evaluation",
        "page.project-work": "project work",
        "page.portfolio": "portfolio",
        "page.artefact": "artefact",
        "page.presentation": "presentation",
        "page.group-performance": "group performance",
        "page.problem-based-learning": "problem-based learning",
        "page.peer-assessment": "peer assessment",
        "page.peer-review": "peer review",
        "page.self-assessment": "self-assessment",
        "page.guided-self-assessment": "guided self-assessment",
        "page.level-of-attendance": "level of attendance",
        "page.recognition-of-prior-learning": "recognition of prior learning",
        "page.automated-verification": "automated verification",
        "page.task-completion": "task completion",
        "page.participation": "participation",
        "page.supervised": "supervised",
        "page.unsupervised": "unsupervised",
        "page.identity-verified": "identity verified",
        "page.identity-not-verified": "identity not verified",
        "page.quality-assurance": "Quality assurance",
        "page.integration": "Integration",
        "page.stand-alone": "Stand-alone",
        "page.stackable": "Stackable",
        "page.towards": "Component of",
        "page.diploma-supplement-note": "Note in the Diploma Supplement",
        "page.profile": "Profile",
        "page.target-groups": "Target groups",
        "page.languages": "Languages of instruction",
        "page.availability": "Availability",
        "page.duration": "Duration",
        "page.fees": "Fees",
        "page.registration": "Registration",
        "page.examination": "Examination",
        "page.document": "Document",
        "page.other": "Other",
        "page.document-form": "Form of the document",
        "page.digital-only": "Digital only",
        "page.paper": "Paper",
        "page.both": "Digital and paper",
        "page.partners": "Partners",
        "page.appreciation": "Appreciation",
        "page.field": "Field (ISCED-F)",
        "page.further-information": "Further information",
        "page.university": "University",
        # Claims and types of SD-JWT VCs, as wallets show them.
        "claim.awarding-body": "Awarding body",
        "claim.awarding-country": "Country of the awarding body",
        "claim.awarding-body-identifier": "Identifier of the awarding body",
        "claim.awarded-on": "Awarded on",
        "claim.issued-on": "Issued on",
        "claim.title": "Title",
        "claim.description": "Description",
        "claim.languages": "Languages of instruction",
        "claim.family-names": "Family names",
        "claim.given-names": "Given names",
        "claim.birth-date": "Date of birth",
        "claim.student-identifier": "Student identifier",
        "claim.learning-outcomes": "Learning outcomes",
        "claim.grade": "Grade",
        "claim.grading-scheme": "Grading scheme",
        "claim.workload": "Workload",
        "claim.level": "Level (EQF)",
        "claim.quality-assurance": "Quality assurance",
        "claim.prerequisites": "Prerequisites",
        "claim.stackable": "Can be part of something larger",
        "claim.part-of": "Part of",
        "claim.legal-category": "Legal category of the attestation",
        "claim.certificate-number": "Certificate number",
        "claim.field-of-education": "Field of education (ISCED-F)",
        "claim.esco": "Skills (ESCO)",
        "claim.assessment": "Type of assessment",
        "claim.participation": "Form of participation",
        "claim.supervision": "Supervision and identity check",
        "wallet.learning-credential": "Learning credential",
        "wallet.learning-credential.description": "A micro-credential of a university, as a learning credential of "
        "the European Digital Identity Wallet.",
        "wallet.verifiable-micro-credential": "Micro-credential",
        "wallet.verifiable-micro-credential.description": "A micro-credential of a university with the elements of "
        "the Council Recommendation of 16 June 2022.",
        # What wallets show before they fetch anything (OpenID4VCI, metadata of an issuer).
        "wallet.microcredential": "ENHANCE micro-credential",
        "wallet.microcredential.description": "A micro-credential of the ENHANCE Alliance, in the words of the "
        "European Learning Model, bound to a key of your wallet.",
        "wallet.microcredential-unbound": "ENHANCE micro-credential (for any wallet)",
        "wallet.microcredential-unbound.description": "A micro-credential of the ENHANCE Alliance, in the words of the "
        "European Learning Model, without a key: whoever has the file can show it.",
    }
)
