//! Russian.

pub(super) mod clock;
pub(super) mod codes;
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
use crate::texts::plain::plain;
use desk_core::say;
use desk_core::time::Date;
use desk_core::words::{Clause, Words};

/// The texts.
pub(super) static TEXTS: Texts = Texts {
    operator_of: |app| format!("оператор приложения {app}"),
    problem,
    code: codes::code,
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
    product: plain("Privacy Desk"),
    skip: plain("Перейти к тексту"),
    language: plain("Язык"),
    nav_policy: plain("Политика конфиденциальности"),
    nav_versions: plain("Все версии"),
    nav_feedback: plain("Вопрос или жалоба"),
    nav_requests: plain("Ваши данные"),
    nav_mail: plain("Рассылки"),
    nav_security: plain("Сообщить об уязвимости"),
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
    problem_kicker: plain("Ошибка"),
    write_to: plain("Если это повторится, напишите на адрес"),
    to_start: plain("На главную страницу"),
    see_what_was_sent: plain("Посмотреть отправленное"),
    about_problem: plain("Об этой ошибке"),
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
            link: plain("Прочитать политику конфиденциальности"),
            hint: plain("Что мы собираем, зачем и кто это видит."),
        },
        feedback: Door {
            link: plain("Задать вопрос или пожаловаться"),
            hint: plain(
                "Напишите тем, кто отвечает за ваши данные. Учётная запись не нужна, имя можно не называть.",
            ),
        },
        requests: Door {
            link: plain("Запросить свои данные или удалить их"),
            hint: plain(
                "Копия, исправление, удаление, возражение: с датой, до которой мы обязаны ответить.",
            ),
        },
        follow: Door {
            link: plain("Узнать, что с вашим обращением"),
            hint: plain("По секретной ссылке, которую вы сохранили."),
        },
        follow_hint: plain(
            "Откройте секретную ссылку, которую вы сохранили при отправке, или вставьте её сюда. Номера обращения недостаточно: так никто посторонний не прочтёт вашу переписку.",
        ),
        follow_label: plain("Ваша секретная ссылка"),
        follow_button: plain("Открыть"),
        mail: Door {
            link: plain("Отписаться от рассылок"),
            hint: plain("Или выбрать, какие получать. Пароль не нужен."),
        },
        versions: Door {
            link: plain("Посмотреть, что изменилось в политике"),
            hint: plain("Все версии с самой первой и различия между любыми двумя."),
        },
        developers: Door {
            link: plain("Для разработчиков"),
            hint: plain(
                "Описание API (OpenAPI 3.1): как приложение получает политику и отправляет обращения.",
            ),
        },
    },
    about: About {
        r#type: plain("Тип"),
        status: plain("Код ответа"),
        meaning: plain("Что это значит"),
        next: plain("Что можно сделать"),
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
