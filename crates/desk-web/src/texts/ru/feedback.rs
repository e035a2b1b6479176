//! Russian: feedback. The law's own word, «обращение», serves every kind, so nothing has to agree in gender.

use desk_core::case::{Kind, State};

use crate::texts::feedback::FeedbackTexts;
use crate::texts::plain::plain;

/// The texts.
pub(in crate::texts) static FEEDBACK: FeedbackTexts = FeedbackTexts {
    form_title: plain("Вопрос или жалоба"),
    form_lead: plain(
        "Это читают люди, а не программы. Вы получите номер обращения и секретную ссылку, чтобы следить за ответом.",
    ),
    kind_legend: plain("О чём вы пишете?"),
    kind_label: |kind| match kind {
        Kind::Question => "Вопрос",
        Kind::Complaint => "Жалоба на обращение с персональными данными",
        Kind::Suggestion => "Предложение",
        Kind::Problem => "Неполадка в приложении",
    },
    kind_short: |kind| match kind {
        Kind::Question => "Вопрос",
        Kind::Complaint => "Жалоба",
        Kind::Suggestion => "Предложение",
        Kind::Problem => "Неполадка",
    },
    kind_hint: |kind| match kind {
        Kind::Question => "Хотите узнать что-то о своих данных или о политике.",
        Kind::Complaint => "С вашими данными сделали то, чего делать не следовало.",
        Kind::Suggestion => "Вы знаете, как сделать лучше.",
        Kind::Problem => "Что-то не работает.",
    },
    message_label: plain("Ваше сообщение"),
    message_hint: plain(
        "До 10\u{a0}000 знаков. Расскажите, что произошло и чего вы от нас ждёте. Не указывайте пароли и чужие данные.",
    ),
    email_label: plain("Электронная почта"),
    email_hint: plain(
        "Только чтобы сотрудники могли связаться с вами по этому обращению. Следить за ответом здесь можно и без почты.",
    ),
    app_version_label: plain("Версия приложения"),
    sealed: plain(
        "Всё, что вы отправите, шифруется при получении; читать это могут только уполномоченные сотрудники, как обещает",
    ),
    field_error: |field, code| match (field, code) {
        ("kind", _) => "Выберите, о чём вы пишете",
        ("message", "missing") => "Напишите сообщение: поле пустое",
        ("message", "too-long") => "Сократите сообщение до 10\u{a0}000 знаков",
        ("message", "control-character") => {
            "В сообщении есть знак, который нельзя показать: наберите его заново"
        }
        ("message", _) => "Сообщение указано неверно",
        ("name", "too-long") => "Сократите имя до 200 знаков",
        ("name", _) => "В имени есть знак, который нельзя показать",
        ("email", "too-long") => "Адрес электронной почты слишком длинный",
        ("email", _) => "Адрес электронной почты неполный: он выглядит как name@company.example",
        ("app_version", "too-long") => "Сократите версию приложения до 50 знаков",
        ("app_version", _) => "В версии приложения есть знак, который нельзя показать",
        ("language", _) => "Выберите язык из списка",
        ("file", "too-many-files") => "Выберите не больше трёх файлов",
        (_, "file-too-large") => "Файл больше 1\u{a0}МиБ",
        (_, "file-kind") => "Это не PNG, не JPEG, не PDF и не простой текст",
        (_, "file-damaged") => "Изображение повреждено, его не удалось прочитать",
        (_, "not-a-file" | "empty-file") => "Файл не удалось прочитать",
        (_, "unknown-field") => "В форме есть поле, которое здесь неизвестно",
        _ => "Поле заполнено неверно",
    },
    received_title: |_| "Мы получили ваше обращение",
    reference_hint: plain("Его номер. Его можно продиктовать или записать:"),
    link_title: plain("Ваша секретная ссылка"),
    link_hint: plain(
        "Сохраните её: это единственный путь обратно на эту страницу. Тот, у кого она есть, увидит всё, что здесь написано.",
    ),
    save_now: plain("Сохраните её сейчас:"),
    save_hint: plain(
        "добавьте следующую страницу в закладки, распечатайте эту или скопируйте ссылку. Это единственный путь обратно, и прислать ссылку ещё раз мы не сможем. Тот, у кого она есть, увидит всё, что здесь написано.",
    ),
    saved: plain("Ссылка сохранена, дальше"),
    get_receipt: plain("Скачать подписанную расписку"),
    get_case: plain("Скачать всё (JSON)"),
    next_title: plain("Что будет дальше"),
    next_steps: [
        plain("Уполномоченный сотрудник прочитает ваше сообщение."),
        plain("Ответ появится по вашей секретной ссылке."),
        plain("Вы в любой момент можете дополнить или отозвать обращение."),
    ],
    status_title: |_| "Ваше обращение",
    steps_label: plain("Что с обращением сейчас"),
    state: |state| match state {
        State::Received => "Получено",
        State::InProgress => "Рассматривается",
        State::Answered => "Есть ответ",
        State::Closed => "Закрыто",
        State::Withdrawn => "Отозвано",
    },
    added: plain("Ваше сообщение добавлено."),
    added_hint: plain("Мы прочитаем его вместе с остальными."),
    withdrawn: plain("Обращение отозвано."),
    withdrawn_hint: plain("Мы прекратили его рассмотрение."),
    facts_title: plain("Сведения"),
    fact_kind: plain("Вид"),
    fact_sent: plain("Отправлено"),
    fact_policy: plain("Политика на тот момент"),
    fact_until: plain("Ссылка действует до"),
    withdraw_title: plain("Отозвать"),
    withdraw_summary: |_| "Отозвать это обращение",
    withdraw_hint: plain(
        "Мы прекратим рассмотрение и закроем обращение. Написанное останется здесь, пока действует ссылка. Отменить это нельзя, но вы всегда можете написать снова.",
    ),
    withdraw_button: plain("Да, отозвать"),
};
