//! Russian: data requests.

use desk_core::request::{Behalf, Ground, Kind};

use crate::texts::plain::{Plain, plain};
use crate::texts::requests::{ChangeTexts, PackageFormTexts, RequestTexts, StatusTexts};

/// The texts.
pub(in crate::texts) static REQUESTS: RequestTexts = RequestTexts {
    form_title: plain("Ваши данные и ваши права"),
    form_lead: plain(
        "Узнайте, что у нас есть о вас, или попросите это исправить, удалить или передать. Вы увидите, до какого дня мы обязаны ответить и как этот срок посчитан.",
    ),
    kind_legend: plain("Что вы хотите?"),
    kind_label,
    kind_hint: |kind| match kind {
        Kind::Access => "Вы получите всё, что мы храним, с указанием зачем и с какого времени.",
        Kind::Portability => "То же самое файлом для программ (JSON).",
        Kind::Rectification => "Напишите ниже, что неверно и как правильно.",
        Kind::Erasure => "Всё, что закон не велит нам хранить.",
        Kind::Restriction => "Например, пока мы проверяем, верны ли они.",
        Kind::Objection => "Напишите ниже, для чего их не следует использовать.",
        Kind::Withdrawal => "То, на что вы раньше соглашались, с этого времени не действует.",
    },
    email_label: plain("Электронная почта"),
    email_hint: plain(
        "Адрес, под которым мы вас знаем. Мы отправим туда ссылку и код, чтобы никто другой не мог запросить ваши данные.",
    ),
    details_label: plain("Подробности"),
    details_hint: plain("До 10\u{a0}000 знаков. Не указывайте пароли и чужие данные."),
    behalf_legend: plain("За кого вы обращаетесь?"),
    behalf_label: |behalf| match behalf {
        Behalf::Own => "За себя",
        Behalf::Represented => "За другого человека, как его представитель",
    },
    behalf_hint: plain(
        "Укажите адрес того, о чьих данных речь, и приложите документ, подтверждающий ваши полномочия, например доверенность.",
    ),
    regime_label: plain("Чей закон к вам применяется?"),
    regime_hint: plain("Обычно той страны, где вы живёте. От него зависит срок ответа."),
    free: plain(
        "Это бесплатно. Всё, что вы отправите, шифруется при получении; читать это могут только уполномоченные сотрудники, как обещает",
    ),
    field_error: |field, code| match (field, code) {
        ("kind", _) => "Выберите, чего вы хотите",
        ("email", "missing") => "Укажите адрес электронной почты: поле пустое",
        ("email", "too-long") => "Адрес электронной почты слишком длинный",
        ("email", _) => "Адрес электронной почты неполный: он выглядит как name@company.example",
        ("details", "missing") => "Напишите, о чём речь: поле пустое",
        ("details", "too-long") => "Сократите подробности до 10\u{a0}000 знаков",
        ("details", _) => "В подробностях есть знак, который нельзя показать: наберите их заново",
        ("name", "too-long") => "Сократите имя до 200 знаков",
        ("name", _) => "В имени есть знак, который нельзя показать",
        ("behalf", _) => "Выберите, за кого вы обращаетесь",
        ("file", "missing") => "Приложите документ, подтверждающий ваши полномочия",
        ("regime", _) => "Выберите закон из списка",
        ("language", _) => "Выберите язык из списка",
        ("file", "too-many-files") => "Выберите не больше трёх файлов",
        ("code", "missing") => "Введите код из письма: поле пустое",
        ("code", _) => "Код неполный: в нём десять букв и цифр",
        (_, "file-too-large") => "Файл больше 1\u{a0}МиБ",
        (_, "file-kind") => "Это не PNG, не JPEG, не PDF и не простой текст",
        (_, "file-damaged") => "Изображение повреждено, его не удалось прочитать",
        (_, "not-a-file" | "empty-file") => "Файл не удалось прочитать",
        (_, "unknown-field") => "В форме есть поле, которое здесь неизвестно",
        _ => "Поле заполнено неверно",
    },
    delete_account_title: |app| format!("Удалить учётную запись {app}"),
    delete_data_title: |app| format!("Удалить данные из {app}"),
    delete_lead: |app, developer| {
        format!(
            "Разработчик {app} — {developer}. Попросить об удалении можно здесь, без приложения и без входа в учётную запись."
        )
    },
    delete_account_steps: [
        plain("Укажите адрес электронной почты вашей учётной записи."),
        plain("Подтвердите запрос по ссылке или коду из письма."),
        plain("Мы удалим учётную запись и всё, что к ней относится, и сообщим, когда это сделано."),
    ],
    delete_data_hint: plain(
        "Данные будут удалены, а учётная запись останется. Напишите ниже, какие данные удалить; если все, оставьте поле пустым.",
    ),
    deleted_title: plain("Что удаляется и что остаётся"),
    deleted: plain(
        "Удаляются: ваши сообщения и файлы, сведения о действиях в приложении и выбор рассылок. С учётной записью удаляются её имя, адрес и название компании.\nОстаётся: отказ от рассылок в виде необратимого хеша адреса, пока мы что-то рассылаем; запись о том, что запрос был и когда на него ответили, без имени, 24\u{a0}месяца; подписанный акт об уничтожении, без имени, три года.\nДольше хранится только то, что требует закон; тогда мы сообщим, какие это данные, какой закон и до какого времени.",
    ),
    delete_details_label: plain("Какие данные"),
    delete_details_hint: plain("Например: моя переписка с поддержкой или мои действия до марта."),
    delete_send: plain("Попросить об удалении"),
    other_page: plain("Другие запросы о ваших данных"),
    pending_title: plain("Проверьте почту"),
    pending_lead: plain(
        "Если адрес указан верно, письмо со ссылкой и кодом уже в пути. Откройте ссылку или введите код здесь. Они действуют 24\u{a0}часа.",
    ),
    pending_link: plain(
        "Если адрес указан верно, письмо со ссылкой уже в пути. Откройте ссылку, она действует 24\u{a0}часа. Коды здесь больше не принимаются.",
    ),
    asserted_title: plain("Вашу личность подтвердит приложение"),
    asserted_lead: plain(
        "Делать ничего не нужно: вы вошли в приложение, и оно сообщит нам, кто вы. После этого запрос пойдёт в работу.",
    ),
    asserted_mail: plain("Подтверждения нет?"),
    asserted_hint: plain(
        "Можно подтвердить личность по почте: в письме будут ссылка и код, они действуют 24\u{a0}часа.",
    ),
    asserted_button: plain("Отправить письмо"),
    pending_why: plain("Так видно, что обращаетесь именно вы: никто другой это письмо не прочтёт."),
    code_label: plain("Код из письма"),
    code_hint: plain("Десять букв и цифр, например K7QM2-X9P4T."),
    code_send: plain("Подтвердить"),
    code_wrong: |left| match left {
        0 => {
            "Это не тот код. Больше коды не принимаются, но ссылка из письма действует.".to_owned()
        }
        1 => "Это не тот код. Осталась одна попытка; можно и открыть ссылку из письма.".to_owned(),
        _ => format!("Это не тот код. Осталось попыток: {left}; можно и открыть ссылку из письма."),
    },
    code_locked: plain(
        "Слишком много неверных кодов, поэтому они больше не принимаются. Ссылка из письма действует.",
    ),
    code_late: plain("Ссылке и коду больше 24\u{a0}часов. Запросите ниже новое письмо."),
    resend_title: plain("Письмо не пришло?"),
    resend_hint: plain("Посмотрите сначала среди нежелательной почты и проверьте, верен ли адрес."),
    resend_code: plain("В новом письме будет новый код, прежний действовать перестанет."),
    resend_button: plain("Отправить ещё одно письмо"),
    resent: plain("Ещё одно письмо уже в пути."),
    resend_none: plain(
        "По этому запросу письма больше не отправляются. Можно создать новый запрос.",
    ),
    pending_done_title: plain("Запрос уже подтверждён"),
    pending_done: plain(
        "Следите за ним по секретной ссылке, которая тогда открылась. Если вы её не сохранили, откройте ссылку из письма ещё раз: она действует 24\u{a0}часа.",
    ),
    pending_over_title: plain("Этот запрос завершён"),
    pending_over: plain(
        "Его никто вовремя не подтвердил, или он был отозван, или в нём отказано. Написанное удаляется в ближайшие дни; остаётся только запись, что он был. Вы можете в любой момент создать новый.",
    ),
    confirm_title: plain("Это вы просили?"),
    confirm_lead: plain(
        "Кто-то указал ваш адрес и попросил об этом. Если это вы, подтвердите запрос, и мы начнём работу.",
    ),
    confirm_button: plain("Да, это я"),
    confirm_not_me: plain("Нет, это не я"),
    not_me_title: plain("Спасибо, запрос отозван"),
    not_me: plain("Никому ничего не сообщено, и ничего не изменилось."),
    fact_kind: plain("Просьба"),
    fact_received: plain("Получен"),
};

/// The texts of following a request.
pub(in crate::texts) static STATUS: StatusTexts = StatusTexts {
    kind_title: |kind| match kind {
        Kind::Access => "Ваш запрос о копии данных",
        Kind::Portability => "Ваш запрос о передаче данных",
        Kind::Rectification => "Ваше требование об исправлении",
        Kind::Erasure => "Ваше требование об удалении",
        Kind::Restriction => "Ваше требование о блокировании",
        Kind::Objection => "Ваше требование о прекращении обработки",
        Kind::Withdrawal => "Отзыв вашего согласия",
    },
    confirmed: plain("Запрос подтверждён и принят в работу."),
    save_link: plain(
        "Сохраните адрес этой страницы сейчас: это ваша секретная ссылка и единственный путь обратно. Тот, у кого она есть, увидит всё, что здесь написано.",
    ),
    reference_hint: plain("Номер запроса"),
    steps: [plain("Получен"), plain("В работе"), plain("Есть ответ")],
    state: |state| match state {
        "awaiting_identity" => "Ждёт вашего подтверждения",
        "received" => "Получен",
        "in_progress" => "В работе",
        "awaiting_clarification" => "Ждёт вашего ответа",
        "extended" => "В работе, срок продлён",
        "answered" => "Есть ответ",
        "refused" => "Отказано",
        "withdrawn" => "Отозван",
        _ => "Завершён без подтверждения",
    },
    due_title: plain("Когда будет ответ"),
    due_was_title: plain("Срок ответа"),
    due_by: (plain("Последний день для ответа: "), plain("")),
    due_was: plain("Последний день для ответа был: "),
    due_at_once: plain("Немедленно"),
    due_resting: plain(
        "Пока мы ждём вашего ответа, срок не идёт. Это самая ранняя дата: она отодвигается, пока длится ожидание.",
    ),
    due_provisional: plain(
        "Производственный календарь на этот год ещё не утверждён, поэтому дата может измениться на несколько дней.",
    ),
    due_late: plain(
        "Этот срок прошёл, чего не должно было случиться. Ниже сказано, куда можно пожаловаться.",
    ),
    due_why: plain("Как посчитан этот срок"),
    extended_title: plain("Срок продлён"),
    asked_title: plain("Нам нужно кое-что у вас уточнить"),
    asked_hint: plain("Ответьте, пожалуйста, в переписке ниже."),
    answered_partly: plain("Выполнена часть просьбы; в ответе сказано, какая и почему не всё."),
    ground: |ground| match ground {
        Ground::NothingHeld => "У нас нет ваших данных.",
        Ground::NotIdentified => "Мы не смогли убедиться, что обращаетесь именно вы.",
        Ground::Excessive => "Запрос повторяет прежний слишком скоро или явно не обоснован.",
        Ground::LegalDuty => "Хранить эти данные требует закон.",
        Ground::LegalClaims => "Данные нужны для защиты прав в споре.",
        Ground::RightsOfOthers => "Это нарушило бы права других людей.",
        Ground::NotApplicable => "В этом случае закон такого права не даёт.",
    },
    ground_title: plain("Основание"),
    package_title: PACKAGE_TITLE,
    package_lead: |size, until| {
        format!(
            "Один файл (ZIP, {size}): страница для чтения, то же самое для программ и ваши файлы. Скачать его можно до {until}."
        )
    },
    secret_label: SECRET_LABEL,
    secret_hint: SECRET_HINT,
    package_get: PACKAGE_GET,
    erased_title: plain("Готово: ваши данные уничтожены"),
    erased: plain(
        "Ваши данные уничтожены, кроме того, что перечислено ниже с указанием основания.",
    ),
    get_act: plain("Скачать подписанный акт"),
    complain_title: plain("Если вы не согласны"),
    complain_us: plain("Вы всегда можете"),
    complain_us_link: plain("написать жалобу нам"),
    fact_law: plain("Закон"),
    fact_identified: plain("Подтверждён"),
    fact_policy: plain("Политика на тот момент"),
    fact_until: plain("Ссылка действует до"),
    facts_title: plain("Сведения"),
    get_receipt: plain("Скачать подписанную расписку"),
    get_json: plain("Скачать всё (JSON)"),
    added: plain("Ваше сообщение добавлено."),
    withdrawn: plain("Запрос отозван. Мы прекратили работу над ним."),
    withdraw_title: plain("Отозвать"),
    withdraw_summary: plain("Отозвать этот запрос"),
    withdraw_hint: plain(
        "Мы прекратим работу над ним. Отменить это нельзя, но вы всегда можете обратиться снова.",
    ),
    withdraw_button: plain("Да, отозвать"),
    link_title: plain("Ваша секретная ссылка"),
    link_hint: plain(
        "Сохраните её: это единственный путь обратно на эту страницу. Тот, у кого она есть, увидит всё, что здесь написано.",
    ),
    kind_label,
    fact_kind: plain("Просьба"),
    fact_received: plain("Получен"),
};

fn kind_label(kind: Kind) -> &'static str {
    match kind {
        Kind::Access => "Получить копию того, что у вас есть обо мне",
        Kind::Portability => "Получить мои данные в виде, который прочтёт другой сервис",
        Kind::Rectification => "Исправить неточность",
        Kind::Erasure => "Удалить мои данные",
        Kind::Restriction => "Хранить мои данные, но пока не использовать",
        Kind::Objection => "Прекратить использовать мои данные для чего-то",
        Kind::Withdrawal => "Отозвать моё согласие",
    }
}

/// The texts of what a person does with their request.
pub(in crate::texts) static CHANGES: ChangeTexts = ChangeTexts {
    field_error: |field, code| match (field, code) {
        ("message", "missing") => "Напишите сообщение: поле пустое",
        ("message", "too-long") => "Сократите сообщение до 10\u{a0}000 знаков",
        ("message", _) => "В сообщении есть знак, который нельзя показать: наберите его заново",
        (_, "unknown-field") => "В форме есть поле, которое здесь неизвестно",
        _ => "Поле заполнено неверно",
    },
    back: plain("Назад к запросу, не отправляя"),
};

const PACKAGE_TITLE: Plain = plain("Ваши данные");
const SECRET_LABEL: Plain = plain("Ключ из письма");
const SECRET_HINT: Plain =
    plain("Файл зашифрован, и открывает его только этот ключ. Копии ключа у нас нет.");
const PACKAGE_GET: Plain = plain("Скачать файл");

/// The texts of the form that a package's key goes into.
pub(in crate::texts) static PACKAGE_FORM: PackageFormTexts = PackageFormTexts {
    field_error: |field, code| match (field, code) {
        ("secret", "missing") => "Введите ключ из письма: поле пустое",
        ("secret", _) => {
            "Этот ключ не открывает пакет: скопируйте его целиком из последнего письма"
        }
        (_, "unknown-field") => "В форме есть поле, которое здесь неизвестно",
        _ => "Поле заполнено неверно",
    },
    title: PACKAGE_TITLE,
    secret_label: SECRET_LABEL,
    secret_hint: SECRET_HINT,
    get: PACKAGE_GET,
    back: plain("Назад к запросу"),
};

/// The text of a code that the public side of data requests has of its own; `None` if it is another one.
pub(in crate::texts) fn code(code: &str) -> Option<&'static str> {
    Some(match code {
        "unknown-right" => {
            "должно быть access, portability, rectification, erasure, restriction, objection или withdrawal"
        }
        "unknown-regime" => "должно быть ru-152fz, eu-gdpr, uk-gdpr, us-ca или br-lgpd",
        "unknown-behalf" => "может быть self или representative",
        "unknown-proof" => "может быть mail или assertion",
        "not-an-assertion" => "это не подтверждение для этого адреса, подписанное известным ключом",
        "assertion-used" => "уже использовано для другого запроса",
        "assertion-expired" => "срок действия истёк",
        "not-a-code" => "должны быть десять букв и цифр из письма",
        "wrong-code" => "это не тот код, что в письме",
        "locked" => {
            "слишком много неверных кодов, больше они не принимаются; ссылка из письма действует."
        }
        "ended" => "оно завершено.",
        "not-identified" => "личность обратившегося ещё не подтверждена.",
        "identified" => "личность обратившегося уже подтверждена.",
        "no-more-codes" => "коды для него больше не отправляются.",
        "too-late" => "код или ссылка устарели.",
        "wrong-secret" => "не подходит",
        _ => return None,
    })
}
