//! Russian: the mails about a data request.

use desk_core::request::{RefusalGround, RequestKind};

use crate::texts::notices::{IdentityTexts, NoticeTexts, Opener, PackageNoticeTexts};

const GREETING: &str = "Здравствуйте!";
const FOLLOW: &str = "Узнать, как идут дела, и написать нам можно по вашей секретной ссылке:";
const FOLLOW_ENDED: &str = "Запрос и вся переписка доступны по вашей секретной ссылке:";

/// The texts. What was asked for stands in the accusative or after a colon, so that no sentence depends on its gender.
pub(in crate::texts) static NOTICES: NoticeTexts = NoticeTexts {
    greeting: GREETING,
    about,
    reference,
    follow: FOLLOW,
    follow_ended: FOLLOW_ENDED,
    message: Opener {
        subject: "Сообщение о вашем запросе",
        lead: |about| format!("Мы написали вам сообщение. Ваше обращение: {about}."),
    },
    question: Opener {
        subject: "Вопрос о вашем запросе",
        lead: |about| {
            format!("Чтобы продолжить, нам нужно кое-что уточнить. Ваше обращение: {about}.")
        },
    },
    please_answer: "Ответьте, пожалуйста, по ссылке ниже.",
    extended: Opener {
        subject: "Срок ответа на ваш запрос продлён",
        lead: |about| format!("Нам нужно больше времени. Ваше обращение: {about}."),
    },
    new_date: |old, new| {
        format!(
            "Срок ответа истекал {old}. Теперь вы получите ответ не позднее {new}. Продлить срок можно только один раз."
        )
    },
    reason: "Причина:",
    answered: Opener {
        subject: "Ответ на ваш запрос",
        lead: |about| format!("Отвечаем на ваше обращение: {about}."),
    },
    partly: Opener {
        subject: "Ответ на ваш запрос",
        lead: |about| {
            format!(
                "Отвечаем на ваше обращение: {about}. То, о чём вы просили, выполнено частично."
            )
        },
    },
    refused: Opener {
        subject: "Отказ по вашему запросу",
        lead: |about| format!("К сожалению, мы вынуждены отказать. Ваше обращение: {about}."),
    },
    ground: |ground| match ground {
        RefusalGround::NothingHeld => "Мы не храним данных о вас.",
        RefusalGround::NotIdentified => "Мы не смогли убедиться, что обращаетесь именно вы.",
        RefusalGround::Excessive => {
            "Запрос повторяет предыдущий слишком скоро или явно необоснован."
        }
        RefusalGround::LegalDuty => "Хранить эти данные нас обязывает закон.",
        RefusalGround::LegalClaims => "Данные нужны для защиты прав в суде или в споре.",
        RefusalGround::RightsOfOthers => "Это нарушило бы права других людей.",
        RefusalGround::NotApplicable => "В этом случае закон такого права не даёт.",
    },
    complaint: Opener {
        subject: "Ваша жалоба",
        lead: |about| {
            format!("Мы зарегистрировали жалобу и рассмотрим её. Ваше обращение: {about}.")
        },
    },
    complaint_link: |reference, link| {
        format!(
            "Номер жалобы: {reference}. Следить за ней можно по отдельной секретной ссылке:\n\n{link}"
        )
    },
    complaint_text: |reference| format!("Жалоба по запросу о персональных данных {reference}."),
    complaint_of: |reference| {
        format!(
            "Эта жалоба зарегистрирована на основании запроса о персональных данных {reference}. Работа по запросу продолжается."
        )
    },
    complaint_opened: |reference| {
        format!(
            "На основании этого запроса мы зарегистрировали жалобу, её номер: {reference}. Работа по запросу продолжается."
        )
    },
    turned: |reference| {
        format!(
            "В вашем обращении есть просьба, на которую закон даёт вам право. Чтобы вам не пришлось писать снова, мы открыли запрос о персональных данных, его номер: {reference}. Мы отправили вам письмо со ссылкой и кодом: подтвердите с их помощью, пожалуйста, что обращаетесь именно вы."
        )
    },
};

/// The texts of the mail about a package.
pub(in crate::texts) static PACKAGE: PackageNoticeTexts = PackageNoticeTexts {
    greeting: GREETING,
    about,
    follow: FOLLOW,
    opener: Opener {
        subject: "Ваши данные готовы",
        lead: |about| format!("Файл с вашими данными готов. Ваше обращение: {about}."),
    },
    key: |key, until| {
        format!(
            "Откройте ссылку ниже и введите этот ключ — он открывает файл:\n\n{key}\n\n\
             Скачать файл можно до {until}. Копии ключа у нас нет: файл откроет любой, у кого есть это письмо, поэтому никому его не пересылайте."
        )
    },
};

/// The texts of the mail that proves an identity.
pub(in crate::texts) static IDENTITY: IdentityTexts = IdentityTexts {
    about,
    subject: "Подтвердите ваш запрос",
    text: |app, about, link, code| {
        format!(
            "Здравствуйте!\n\nВ {app} кто-то указал ваш адрес. Обращение: {about}. Если это были вы, подтвердите его по ссылке:\n\n\
             {link}\n\nили введите этот код на странице, где его спрашивают:\n\n{code}\n\n\
             Ссылка и код действуют 24 часа. Так мы убеждаемся, что ваши данные не запрашивает кто-то другой. Если это были не вы, ничего не делайте: никто ничего не узнает и ничего не изменится. Мы никогда не спрашиваем код в письмах или по телефону.\n"
        )
    },
    reference,
};

fn about(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => "запрос на копию ваших данных",
        RequestKind::Portability => "запрос на ваши данные в переносимом виде",
        RequestKind::Rectification => "запрос на исправление ваших данных",
        RequestKind::Erasure => "запрос на удаление ваших данных",
        RequestKind::Restriction => "запрос на ограничение обработки ваших данных",
        RequestKind::Objection => "возражение против обработки ваших данных",
        RequestKind::Withdrawal => "отзыв вашего согласия",
    }
}

fn reference(reference: &str) -> String {
    format!("Номер: {reference}")
}
