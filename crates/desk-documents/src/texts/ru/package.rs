//! Russian: the page in a package.

use desk_core::case::{self, Suspicion};
use desk_core::clock::regime::Regime;
use desk_core::request::{self, Behalf, Proof, RefusalGround};
use desk_core::suppression::Reason;

use crate::package::{By, What};
use crate::texts::package::PackageTexts;

/// The texts.
pub(in crate::texts) static PACKAGE: PackageTexts = PackageTexts {
    title: |app| format!("Что служба приватности {app} хранит о вас"),
    lead: |controller| {
        format!(
            "Здесь всё, что служба приватности хранит под вашим адресом электронной почты: что вы сюда писали, что из этого вышло и каких писем вы не хотите. За эти данные отвечает {controller}. Того, что хранят другие системы, в этом архиве нет."
        )
    },
    about: "Адрес электронной почты",
    request: "Ваш запрос",
    prepared: "Подготовлено",
    controller: "Отвечает за данные",
    contact: "Вопросы",
    policy: "Политика конфиденциальности",
    contents: "Что в этом архиве",
    nothing: "Ничего не хранится.",
    cases: "Вопросы и жалобы",
    cases_hint: "Что вы нам написали, что мы ответили и что было дальше.",
    requests: "Запросы о персональных данных",
    requests_hint: "О чём вы просили по закону о персональных данных, включая этот запрос.",
    received: "Получено",
    state: "Состояние",
    name: "Имя",
    email: "Адрес электронной почты",
    app_version: "Версия приложения",
    policy_version: "Действовавшая политика: версия",
    kept_until: "Хранится до",
    suspicion: "Отложено как возможный спам, потому что",
    suspicion_of: |suspicion| match suspicion {
        Suspicion::TooFast => "форма была заполнена слишком быстро",
        Suspicion::Honeypot => "заполнено поле, скрытое от людей",
        Suspicion::ManyLinks => "в сообщении много ссылок",
    },
    law: "Закон",
    law_of: |regime| match regime {
        Regime::Ru152Fz => "Федеральный закон № 152-ФЗ (Россия)",
        Regime::EuGdpr => "GDPR (Европейский союз)",
        Regime::UkGdpr => "UK GDPR (Великобритания)",
        Regime::UsCa => "CCPA (Калифорния)",
        Regime::BrLgpd => "LGPD (Бразилия)",
    },
    behalf: "Кто обратился",
    behalf_of: |behalf| match behalf {
        Behalf::Own => "вы сами",
        Behalf::Represented => "ваш представитель",
    },
    identified: "Личность подтверждена",
    proof: |proof| match proof {
        Proof::Link => "по ссылке из нашего письма",
        Proof::Code => "кодом из нашего письма",
        Proof::Assertion => "приложением, где вы вошли в учётную запись",
        Proof::Operator => "другим способом, на глазах у сотрудника",
    },
    case_kind: |kind| match kind {
        case::CaseKind::Question => "Вопрос",
        case::CaseKind::Complaint => "Жалоба на обращение с персональными данными",
        case::CaseKind::Suggestion => "Предложение",
        case::CaseKind::Problem => "Неполадка в приложении",
    },
    case_state: |state| match state {
        case::CaseState::Received => "получено",
        case::CaseState::InProgress => "рассматривается",
        case::CaseState::Answered => "есть ответ",
        case::CaseState::Closed => "закрыто",
        case::CaseState::Withdrawn => "отозвано",
    },
    request_kind: |kind| match kind {
        request::RequestKind::Access => "Доступ к вашим данным",
        request::RequestKind::Portability => "Ваши данные в машиночитаемом виде",
        request::RequestKind::Rectification => "Исправление",
        request::RequestKind::Erasure => "Удаление",
        request::RequestKind::Restriction => "Ограничение использования",
        request::RequestKind::Objection => "Возражение",
        request::RequestKind::Withdrawal => "Отзыв согласия",
    },
    request_state: |state| match state {
        request::RequestState::AwaitingIdentity(_) => "ждёт подтверждения личности",
        request::RequestState::Received => "получен",
        request::RequestState::InProgress => "рассматривается",
        request::RequestState::AwaitingClarification { .. } => "ждёт вашего ответа",
        request::RequestState::Extended => "рассматривается, срок продлён",
        request::RequestState::Answered { partly: false, .. } => "исполнен",
        request::RequestState::Answered { partly: true, .. } => "исполнен частично",
        request::RequestState::Refused { .. } => "отказано",
        request::RequestState::Withdrawn { .. } => "отозван",
        request::RequestState::Expired { .. } => "истёк без подтверждения личности",
    },
    by: |by| match by {
        By::Person => "Вы",
        By::Operator => "Мы",
        By::Desk => "Автоматически",
    },
    event: |what| match what {
        What::Message => "сообщение",
        What::Question => "вопрос",
        What::Taken => "взято в работу",
        What::State(case::CaseState::Closed) => "закрыто",
        What::State(_) => "взято в работу",
        What::CodeSent => "отправлен ещё один код",
        What::CodeHeld => {
            "запрошен ещё один код; он не отправлен, потому что писем уже было достаточно"
        }
        What::CodeWrong => "неверный код",
        What::Identified(_) => "личность подтверждена",
        What::Extended => "срок продлён",
        What::Answered { partly: false } => "исполнено",
        What::Answered { partly: true } => "исполнено частично",
        What::Refused(ground) => match ground {
            RefusalGround::NothingHeld => "отказано: ничего не хранится",
            RefusalGround::NotIdentified => "отказано: личность не удалось подтвердить",
            RefusalGround::Excessive => "отказано: запрос необоснован или повторён слишком скоро",
            RefusalGround::LegalDuty => "отказано: хранить данные обязывает закон",
            RefusalGround::LegalClaims => "отказано: данные нужны для защиты прав в суде",
            RefusalGround::RightsOfOthers => "отказано: это затронуло бы права других людей",
            RefusalGround::NotApplicable => "отказано: закон не даёт здесь такого права",
        },
        What::Withdrawn => "отозвано",
        What::Packaged(_) => "архив подготовлен, его можно скачать до",
        What::PackageDropped => "архив удалён",
    },
    bytes: |size| match size {
        0..1024 => format!("{size} байт"),
        _ => format!("{} КБ", size.div_ceil(1024)),
    },
    mailing: "Рассылки",
    mailing_hint: "Рассылки, которые нельзя вам присылать. Отметка об этом хранится без вашего адреса, под вычисленным из него кодом.",
    nothing_stopped: "Вы не отписывались здесь ни от одной рассылки.",
    list: "Рассылка",
    every_list: "все рассылки",
    former_list: |tag| format!("прежняя рассылка ({tag})"),
    since: "Прекращена с",
    reason: "Как",
    reason_of: |reason| match reason {
        Reason::OneClick => "одним нажатием в вашей почтовой программе",
        Reason::Form => "кнопкой на нашей странице",
        Reason::Bare => "по ссылке из письма",
        Reason::Preferences => "в ваших настройках",
        Reason::Operator => "внесено сотрудником",
        Reason::Import => "перенесено из другой системы",
        Reason::Bounce => "письма на ваш адрес возвращались",
        Reason::Complaint => "вы отметили письмо как нежелательное",
        Reason::Mail => "письмом из вашей почтовой программы",
    },
    changes: "Что менялось",
    when: "Когда",
    what: "Что",
    stopped: "прекращена",
    resumed: "возобновлена",
    mails: "Письма в пути",
    mails_hint: "Письма вам, которые ещё не переданы почтовой службе. После передачи они удаляются.",
    files: "Другие файлы в архиве",
    data_hint: "всё то же самое для программ.",
    schema: "Что означают имена в нём (JSON Schema).",
    table_hint: "все сообщения таблицей, для Excel и подобных программ.",
    files_hint: "файлы, которые вы приложили.",
    keep_safe: "Храните архив там, где до него не доберутся другие: у кого он есть, тот прочтёт всё это.",
};
