//! What is said of each code of a problem.

#[expect(clippy::too_many_lines, reason = "a table of codes")]
pub(super) fn code(code: &str) -> &'static str {
    match code {
        "already-extended" => "its term was extended already, which may be done once.",
        "assertion-expired" => "has expired",
        "assertion-used" => "was used for another request",
        "batch" => "a thousand at most",
        "boundary" => "The form has no boundary.",
        "control-character" => "has a character that cannot be shown",
        "cursor" => "is not a cursor from here",
        "cursor-pruned" => "is older than the journal: take everything anew",
        "cut" => "The body broke off.",
        "duplicate-id" => "has two headings with the same id, or one with an id of the page itself",
        "effective-too-early" => "is earlier than the version in effect takes effect",
        "empty" => "is empty",
        "empty-file" => "the file is empty",
        "ended" => "it has ended.",
        "extension-not-provided" => "the law knows no extension of this term.",
        "extension-too-late" => "its term is over, and the person had to be told before it was.",
        "file-damaged" => "the image is damaged",
        "file-kind" => "the file is no PNG, JPEG, PDF or plain text",
        "file-too-large" => "the file is larger than 1 MiB",
        "given-twice" => "given more than once",
        "history-full" => "has no room left in the list of versions",
        "idempotency-key" => "Idempotency-Key is not one value of 8 to 128 visible characters.",
        "identified" => "it is proven already who asks.",
        "image" => "has an image",
        "instant" => "It is not an RFC 3339 date or instant.",
        "invalid-id" => "has a heading whose braces hold no {#id} of letters, digits, - and _",
        "json" => "It is not one JSON object.",
        "locked" => {
            "too many wrong codes were given, so none are taken any more; the link of the mail still is."
        }
        "missing" => "is missing",
        "multipart" => "It is not multipart/form-data.",
        "no-email" => "it has no e-mail address to which a code could be sent.",
        "no-header" => "It is no mail: it does not begin with a field such as From:.",
        "no-heading" => "has no heading",
        "no-more-codes" => "no more codes are sent for it.",
        "no-notice" => "the person has not been told.",
        "no-reason" => "an extension needs a reason.",
        "no-report" => "It is no feedback report of RFC 5965.",
        "nobody-named" => "It names nobody: no link of this desk, and no address.",
        "not-a-code" => "must be the ten letters and digits of the mail",
        "not-a-date" => "must be a date such as 2027-01-31",
        "not-a-file" => "must be a file: an object with base 64 in data, or a file of the form",
        "not-a-list" => "must be a list",
        "not-a-number" => "is not a number in range",
        "not-a-reference" => "is not a reference, or one with a wrong character",
        "not-a-subject" => "must be the 26 characters of a subject",
        "not-a-year" => "must be a year such as 2027",
        "not-an-address" => "is not a complete e-mail address",
        "not-an-assertion" => {
            "is no assertion for this desk and this address, signed with a known key"
        }
        "not-an-instant" => "must be an instant as in RFC 3339, such as 2027-01-31T00:00:00Z",
        "not-base64" => "is not base 64",
        "not-erasing" => "it is none that ends with an erasure.",
        "not-identified" => "it is not proven yet who asks.",
        "not-text" => "must be text",
        "not-true-or-false" => "must be true or false",
        "not-utf-8" => "It is not UTF-8.",
        "raw-html" => "has HTML in its Markdown",
        "reference-link" => "has a link whose address stands elsewhere: write it beside the words",
        "thread-full" => "its thread is full.",
        "too-deep" => "nests more than eight levels deep",
        "too-late" => "the code or the link is too old.",
        "too-long" => "is too long",
        "too-many-fields" => "It has too many fields.",
        "too-many-files" => "three files at most",
        "too-many-rows" => {
            "is so long ago that there is more than one answer holds: ask for a shorter time"
        }
        "two-titles" => "has more than one heading of the first level",
        "unchanged" => "it is in this state already.",
        "unfinished" => "something came in meanwhile: send the same call again, and it goes on.",
        "unknown-behalf" => "must be self or representative",
        "unknown-entity" => {
            "has a named character that is not read here: write the character itself"
        }
        "unknown-field" => "is not known here",
        "unknown-format" => "is not a format of this address",
        "unknown-ground" => {
            "must be nothing-held, not-identified, excessive, legal-duty, legal-claims, rights-of-others or not-applicable"
        }
        "unknown-kind" => "must be question, complaint, suggestion or problem",
        "unknown-language" => "must be en or ru",
        "unknown-list" => "must be the id of a mailing list",
        "unknown-proof" => "must be mail or assertion",
        "unknown-regime" => "must be ru-152fz, eu-gdpr, uk-gdpr, us-ca or br-lgpd",
        "unknown-right" => {
            "must be access, portability, rectification, erasure, restriction, objection or withdrawal"
        }
        "unknown-scope" => "must be the id of a mailing list, all, bounce or complaint",
        "unknown-state" => "is not a state that exists here",
        "unsafe-link" => {
            "has a link that leads neither to http, https or mailto nor to a page of this desk"
        }
        "version-name" => {
            "must have 1 to 32 of the characters A-Z a-z 0-9 . _ -, and may not begin with . or -, end with . or have two . in a row"
        }
        "versions-pair" => "It is not two versions with .. between them.",
        "withdrawn" => "it was withdrawn.",
        "wrong-code" => "is not the one of the mail",
        "wrong-secret" => "does not open this package",
        _ => "is not valid",
    }
}
