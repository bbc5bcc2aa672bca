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
        "check.json-well-formed": "Well-formed JSON",
        "check.contexts-pinned": "Known vocabulary contexts",
        "check.nothing-dropped": "Everything is covered by the signature",
        "check.literals-well-typed": "Values of the right kind",
        "check.proof": "Signature",
        "check.issuer-key": "Key of the issuer",
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
        "verification.form-unknown": "Not checked: the first context is unknown, so the form is unknown.",
        # Integrity.
        "verification.json-well-formed": "The document is one well-formed JSON text.",
        "verification.contexts-pinned": "All contexts are known here and were read from our own copies.",
        "verification.context-missing": "Not checked: the document names no context.",
        "verification.context-unknown": "Not checked: the document uses a context that is not known here. "
        "Contexts are never fetched.",
        "verification.context-inline": "Not checked: the document defines terms of its own inside its context.",
        "verification.nothing-dropped": "The signature covers every statement in the document.",
        "verification.not-covered": "The document holds statements that no signature covers.",
        "verification.literals-well-typed": "Dates, numbers and addresses are written as their kind demands.",
        "verification.literal-ill-typed": "A value is not of the kind its term demands.",
        "verification.graph-not-read": "Not checked: the document could not be read to its end.",
        "verification.graph-not-supported": "Not checked: the document uses a feature of JSON-LD that is not "
        "read here.",
        "verification.graph-too-complex": "Not checked: reading the document would take more work than is allowed.",
        "verification.proof-verified": "The signature is right ({algorithm}, {created}, key {key}).",
        "verification.proof-missing": "The document is not signed.",
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
        "verification.key-revoked": "The key was revoked on {ended}. What it signed is no longer valid, "
        "whatever date it carries.",
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
        "verification.issuer-not-a-member": "The issuer is not a member of the alliance and is not known here. "
        "That makes the document neither false nor true.",
        "verification.issuer-not-proved": "Not checked: the document names an issuer, but it is not shown that "
        "the issuer "
        "signed it.",
        "verification.test-issuer": "Authentic, test issuer, not a member: made to try things out, certifies nothing.",
        "verification.members-not-known": "Not checked: the list of members could not be read.",
        "verification.names-no-member": "The document does not use the name of a member.",
        "verification.names-itself": "The document uses the name of its own issuer only.",
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
        "verification.credential-shape-kept": "Everything that European Digital Credentials require is there.",
        "verification.required-property-missing": "Something that European Digital Credentials require is missing.",
        "verification.not-a-european-digital-credential": "Nothing to check: not a European Digital Credential.",
        "verification.concepts-in-their-lists": "Every concept is a member of the list it names.",
        "verification.concept-not-in-its-list": "A concept is not a member of the list it names.",
        "verification.concepts-not-looked-at": "Not checked: the concepts were not looked at.",
        "verification.custom-not-defined": "Nothing to check: the issuer has defined no check of its own.",
        "verification.template-rules-kept": "All required rules of the ENHANCE template are kept.",
        "verification.template-rule-broken": "A rule of the ENHANCE template is broken.",
        "verification.not-an-enhance-micro-credential": "Nothing to check: not an ENHANCE micro-credential.",
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
    }
)
