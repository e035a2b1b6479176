//! Russian: the codes of what operators do with data requests.

/// What is said of each code.
pub(in crate::texts) const CODES: &[(&str, &str)] = &[
    ENDED,
    NOT_IDENTIFIED,
    ("identified", "личность обратившегося уже подтверждена."),
    ("no-more-codes", "коды для него больше не отправляются."),
    ("too-late", "код или ссылка устарели."),
    ("extension-not-provided", "закон не предусматривает продления этого срока."),
    ("already-extended", "срок уже продлён, а продлить его можно только один раз."),
    ("extension-too-late", "срок истёк, а сообщить о продлении нужно было раньше."),
    ("no-reason", "для продления нужна причина."),
    ("no-notice", "человеку о продлении не сообщили."),
    ("no-email", "в нём нет адреса электронной почты, на который можно отправить код."),
    (
        "unknown-right",
        "должно быть access, portability, rectification, erasure, restriction, objection или withdrawal",
    ),
    ("unknown-regime", "должно быть ru-152fz, eu-gdpr, uk-gdpr, us-ca или br-lgpd"),
    (
        "unknown-ground",
        "должно быть nothing-held, not-identified, excessive, legal-duty, legal-claims, rights-of-others или not-applicable",
    ),
    ("not-a-date", "должно быть датой, например 2027-01-31"),
    ("not-a-year", "должно быть годом, например 2027"),
    (
        "too-many-rows",
        "слишком давно: строк больше, чем помещается в один ответ, укажите более короткий период",
    ),
    ("wrong-secret", "не подходит"),
    ("not-erasing", "такой запрос не завершается уничтожением данных."),
    ("unfinished", "за это время что-то поступило: повторите вызов, и уничтожение продолжится."),
];

/// Those of packages.
pub(in crate::texts) const PACKAGES: &[(&str, &str)] = &[ENDED, NOT_IDENTIFIED];

const ENDED: (&str, &str) = ("ended", "оно завершено.");
const NOT_IDENTIFIED: (&str, &str) =
    ("not-identified", "личность обратившегося ещё не подтверждена.");
