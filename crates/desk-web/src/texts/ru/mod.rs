//! Russian.

pub(super) mod casework;
pub(super) mod clock;
pub(super) mod complain;
pub(super) mod erasure;
pub(super) mod feedback;
pub(super) mod form;
pub(super) mod lint;
pub(super) mod notices;
pub(super) mod package;
pub(super) mod policy;
pub(super) mod requests;
pub(super) mod unsubscribe;

use super::{
    About, Door, FrameTexts, ProblemText, SiteTexts, Start, Texts, figure, number, problem_text,
};
use crate::problem::Kind;
use desk_core::say;
use desk_core::time::Date;
use desk_core::words::{Clause, Words};

/// The texts.
pub(super) static TEXTS: Texts = Texts {
    operator_of: |app| format!("оператор приложения {app}"),
    problem,
    code,
    come_back: |seconds| {
        let (count, unit) = match seconds {
            0..=90 => (seconds, "\u{a0}с."),
            _ => (seconds.div_ceil(60), "\u{a0}мин."),
        };
        [
            "Из вашей сети пришло слишком много запросов. Попробуйте, пожалуйста, ещё раз через ",
            &number(count),
            unit,
        ]
        .concat()
    },
    say_date: |text, day| self::date(day).say(text),
};

/// What stands around pages.
pub(super) static FRAME: FrameTexts = FrameTexts {
    product: "Privacy Desk",
    skip: "Перейти к тексту",
    language: "Язык",
    nav_policy: "Политика конфиденциальности",
    nav_versions: "Все версии",
    nav_feedback: "Вопрос или жалоба",
    nav_requests: "Ваши данные",
    nav_mail: "Рассылки",
    nav_security: "Сообщить об уязвимости",
    controller: |controller, app| {
        [
            "За ваши данные в ",
            app,
            " отвечает ",
            controller,
            ". На этой странице нет файлов cookie и скриптов.",
        ]
        .concat()
    },
    problem_kicker: "Ошибка",
    write_to: "Если это повторится, напишите на адрес",
    to_start: "На главную страницу",
    see_what_was_sent: "Посмотреть отправленное",
    about_problem: "Об этой ошибке",
    next,
};

/// A date as people write it.
fn date(day: Date) -> impl Words {
    // With what stands around them: a page has many dates, and each part is a call.
    const MONTHS: [&str; 12] = [
        "\u{a0}января ",
        "\u{a0}февраля ",
        "\u{a0}марта ",
        "\u{a0}апреля ",
        "\u{a0}мая ",
        "\u{a0}июня ",
        "\u{a0}июля ",
        "\u{a0}августа ",
        "\u{a0}сентября ",
        "\u{a0}октября ",
        "\u{a0}ноября ",
        "\u{a0}декабря ",
    ];
    let month = MONTHS.get(usize::from(day.month()) - 1).copied().unwrap_or_default();
    Clause(move |text: &mut String| {
        say!(text, figure(day.day()), month, figure(day.year()), "\u{a0}года");
    })
}

/// The texts of the pages that belong to no promise alone.
pub(super) static SITE: SiteTexts = SiteTexts {
    start: Start {
        title: |app| format!("Ваши персональные данные в {app}"),
        lead: |app| {
            format!(
                "Здесь можно прочитать, что {app} обещает о ваших данных, задать вопрос, пожаловаться и следить за ответом."
            )
        },
        policy: Door {
            link: "Прочитать политику конфиденциальности",
            hint: "Что мы собираем, зачем и кто это видит.",
        },
        feedback: Door {
            link: "Задать вопрос или пожаловаться",
            hint: "Напишите тем, кто отвечает за ваши данные. Учётная запись не нужна, имя можно не называть.",
        },
        requests: Door {
            link: "Запросить свои данные или удалить их",
            hint: "Копия, исправление, удаление, возражение: с датой, до которой мы обязаны ответить.",
        },
        follow: Door {
            link: "Узнать, что с вашим обращением",
            hint: "По секретной ссылке, которую вы сохранили.",
        },
        follow_hint: "Откройте секретную ссылку, которую вы сохранили при отправке, или вставьте её сюда. Номера обращения недостаточно: так никто посторонний не прочтёт вашу переписку.",
        follow_label: "Ваша секретная ссылка",
        follow_button: "Открыть",
        mail: Door {
            link: "Отписаться от рассылок",
            hint: "Или выбрать, какие получать. Пароль не нужен.",
        },
        versions: Door {
            link: "Посмотреть, что изменилось в политике",
            hint: "Все версии с самой первой и различия между любыми двумя.",
        },
        developers: Door {
            link: "Для разработчиков",
            hint: "Описание API (OpenAPI 3.1): как приложение получает политику и отправляет обращения.",
        },
    },
    about: About {
        r#type: "Тип",
        status: "Код ответа",
        meaning: "Что это значит",
        next: "Что можно сделать",
    },
};

fn problem(kind: Kind) -> ProblemText {
    let (title, detail) = match kind {
        Kind::Malformed => {
            ("Запрос не удалось прочитать", "Пришло не то, что умеет читать этот адрес.")
        }
        Kind::InvalidFields => (
            "Кое-что нужно исправить",
            "Одно или несколько полей не заполнены или заполнены неверно. Отправленное не принято.",
        ),
        Kind::NotFound => (
            "Здесь ничего нет",
            "Возможно, в адресе опечатка или страница переехала. Если вы открывали секретную ссылку, проверьте, что она скопирована целиком, до последней буквы: неверная и истёкшая ссылки выглядят здесь одинаково.",
        ),
        Kind::NoPolicy => (
            "Политика не действовала",
            "Здесь ещё не опубликована политика, или в то время ни одна не действовала.",
        ),
        Kind::NotALink => (
            "Ссылка неполная",
            "Возможно, она обрезалась при копировании или срок её действия истёк. Ничего не изменилось.",
        ),
        Kind::MethodNotAllowed => ("Этот адрес такого не принимает", "Он принимает другие методы:"),
        Kind::TooLarge => (
            "Слишком много данных",
            "Прислано больше, чем принимает этот адрес. Форма принимает до 10\u{a0}000 знаков и три файла до 1\u{a0}МиБ каждый. Ничего не сохранено.",
        ),
        Kind::UnsupportedMediaType => ("Такое содержимое здесь не читается", "Адрес читает:"),
        Kind::Unauthorised => (
            "Это могут делать только уполномоченные сотрудники",
            "Ключ оператора не указан или неверен.",
        ),
        Kind::FormExpired => (
            "Форма была открыта слишком долго",
            "Форму можно отправить в течение 24 часов. Ничего не сохранено.",
        ),
        Kind::AlreadySent => (
            "Эта форма уже отправлена",
            "Та же форма или тот же ключ идемпотентности уже использованы для другого текста. Первый текст принят, этот не сохранён.",
        ),
        Kind::VersionPublished => (
            "Эта версия уже опубликована",
            "Опубликованная версия не меняется, а у этой другое содержание или другие даты.",
        ),
        Kind::CaseState => ("Это больше невозможно", "Состояние обращения этого не позволяет:"),
        Kind::PreconditionFailed => (
            "За это время всё изменилось",
            "Кто-то внёс изменения после того, как вы это прочитали. Ничего не сохранено.",
        ),
        Kind::PreconditionRequired => {
            ("Нужно условие", "Изменение должно говорить, на каком состоянии основано решение.")
        }
        Kind::TooManyRequests => (
            "Слишком много сообщений за короткое время",
            "Из вашей сети пришло слишком много запросов.",
        ),
        Kind::StoreUnavailable => (
            "Сейчас это не удаётся сохранить или прочитать",
            "Хранилище не отвечает. Вы ни при чём. Отправленное не принято.",
        ),
        Kind::Misconfigured => {
            ("Сайт ещё не настроен", "Настройки отсутствуют или неверны. Отправленное не принято.")
        }
        Kind::Internal => ("У нас что-то сломалось", "Вы ни при чём. Отправленное не принято."),
    };
    problem_text(kind, title, detail)
}

/// What to do next.
fn next(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => {
            "Если вы пользовались нашей страницей, вернитесь и попробуйте ещё раз. Ничего не сохранено."
        }
        Kind::InvalidFields => "Вернитесь, исправьте перечисленные поля и отправьте ещё раз.",
        Kind::NotFound => "С главной страницы можно попасть ко всему остальному.",
        Kind::NoPolicy => "Что опубликовано, видно в списке версий.",
        Kind::NotALink => "В разделе «Рассылки» можно запросить новую.",
        Kind::MethodNotAllowed => {
            "Если вы пользовались нашей страницей, вернитесь и попробуйте ещё раз."
        }
        Kind::TooLarge => "Вернитесь, сократите сообщение или уберите файл и отправьте ещё раз.",
        Kind::UnsupportedMediaType => "Пришлите содержимое в одном из этих видов.",
        Kind::Unauthorised => "Передайте его в заголовке Authorization: Bearer.",
        Kind::FormExpired => "Ваш текст сохранён ниже: отправьте его, пожалуйста, ещё раз.",
        Kind::AlreadySent => {
            "Чтобы что-то добавить, откройте отправленное и напишите там сообщение. Чтобы отправить новое, откройте форму заново."
        }
        Kind::VersionPublished => "Опубликуйте новый текст под новым номером версии.",
        Kind::CaseState => "Обновите страницу, чтобы увидеть, что с ним сейчас.",
        Kind::PreconditionFailed => "Прочитайте ещё раз и решите заново.",
        Kind::PreconditionRequired => "Передайте ETag прочитанного в заголовке If-Match.",
        Kind::TooManyRequests => {
            "Вернитесь позже и отправьте ещё раз: браузер сохранит написанное. К вам нет претензий: это ограничение защищает сайт от программ-роботов."
        }
        Kind::StoreUnavailable => {
            "Попробуйте, пожалуйста, через несколько минут: если вернуться назад, браузер сохранит написанное."
        }
        Kind::Misconfigured => "Тот, кто отвечает за сайт, найдёт причину в журнале.",
        Kind::Internal => "Попробуйте, пожалуйста, ещё раз через несколько минут.",
    }
}

/// What is said of each code: a table, for a match would be compiled to twice as many bytes.
const CODES: &[(&str, &str)] = &[
    ("cut", "Данные оборвались."),
    ("boundary", "У формы нет границы частей."),
    ("json", "Это не один объект JSON."),
    ("not-utf-8", "Это не UTF-8."),
    ("multipart", "Это не multipart/form-data."),
    ("too-many-fields", "Слишком много полей."),
    ("given-twice", "указано больше одного раза"),
    ("not-text", "должно быть текстом"),
    ("missing", "не указано"),
    ("unknown-field", "здесь неизвестно"),
    ("too-long", "слишком длинно"),
    ("control-character", "содержит знак, который нельзя показать"),
    ("unknown-kind", "должно быть question, complaint, suggestion или problem"),
    ("unknown-language", "должно быть en или ru"),
    ("not-an-address", "неполный адрес электронной почты"),
    ("not-a-list", "должно быть списком"),
    ("idempotency-key", "Idempotency-Key должен быть одним значением из 8–128 видимых знаков."),
    ("withdrawn", "оно отозвано."),
    ("unchanged", "оно уже в этом состоянии."),
    ("thread-full", "переписка заполнена."),
    ("unknown-state", "такого состояния здесь нет"),
    ("not-a-number", "это не число в допустимых пределах"),
    ("not-true-or-false", "должно быть true или false"),
    ("cursor", "это не указатель страницы отсюда"),
    ("not-a-reference", "это не номер обращения, или в нём ошибка"),
    ("unknown-format", "такого формата у этого адреса нет"),
    ("not-an-instant", "должно быть моментом времени по RFC 3339, например 2027-01-31T00:00:00Z"),
    ("empty", "ничего не содержит"),
];

fn code(code: &str) -> &'static str {
    super::of(CODES, code).unwrap_or("указано неверно")
}
