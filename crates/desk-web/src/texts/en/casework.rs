//! English: the codes of what operators do with data requests.

/// What is said of each code.
pub(in crate::texts) const CODES: &[(&str, &str)] = &[
    ENDED,
    NOT_IDENTIFIED,
    ("identified", "it is proven already who asks."),
    ("no-more-codes", "no more codes are sent for it."),
    ("too-late", "the code or the link is too old."),
    ("extension-not-provided", "the law knows no extension of this term."),
    ("already-extended", "its term was extended already, which may be done once."),
    ("extension-too-late", "its term is over, and the person had to be told before it was."),
    ("no-reason", "an extension needs a reason."),
    ("no-notice", "the person has not been told."),
    ("no-email", "it has no e-mail address to which a code could be sent."),
    (
        "unknown-right",
        "must be access, portability, rectification, erasure, restriction, objection or withdrawal",
    ),
    ("unknown-regime", "must be ru-152fz, eu-gdpr, uk-gdpr, us-ca or br-lgpd"),
    (
        "unknown-ground",
        "must be nothing-held, not-identified, excessive, legal-duty, legal-claims, rights-of-others or not-applicable",
    ),
    ("not-a-date", "must be a date such as 2027-01-31"),
    ("not-a-year", "must be a year such as 2027"),
    (
        "too-many-rows",
        "is so long ago that there is more than one answer holds: ask for a shorter time",
    ),
    ("wrong-secret", "does not open this package"),
    ("not-erasing", "it is none that ends with an erasure."),
    ("unfinished", "something came in meanwhile: send the same call again, and it goes on."),
];

/// Those of packages.
pub(in crate::texts) const PACKAGES: &[(&str, &str)] = &[ENDED, NOT_IDENTIFIED];

const ENDED: (&str, &str) = ("ended", "it has ended.");
const NOT_IDENTIFIED: (&str, &str) = ("not-identified", "it is not proven yet who asks.");
