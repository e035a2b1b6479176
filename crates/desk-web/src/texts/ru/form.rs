//! Russian: forms and conversations.

use crate::texts::FormTexts;

/// The texts.
pub(in crate::texts) static FORM: FormTexts = FormTexts {
    optional: "(необязательно)",
    files_legend: "Файлы",
    files_hint: "Не больше трёх, каждый до 1\u{a0}МиБ: PNG, JPEG, PDF или простой текст. Скрытые в снимках место и дата удаляются.",
    file_label: |number| match number {
        1 => "Первый файл",
        2 => "Второй файл",
        _ => "Третий файл",
    },
    files_again: "Файлы сохранить нельзя: выберите их, пожалуйста, ещё раз.",
    name_label: "Ваше имя",
    language_label: "На каком языке ответить",
    honeypot_label: "Оставьте это поле пустым",
    send: "Отправить",
    error: "Ошибка",
    summary: |count| {
        let things = match (count % 10, count % 100) {
            (1, rest) if rest != 11 => "поле",
            (2..=4, rest) if !(12..=14).contains(&rest) => "поля",
            _ => "полей",
        };
        format!("Пока ничего не отправлено: исправьте, пожалуйста, {count}\u{a0}{things}")
    },
    expired: "Пока ничего не отправлено: отправьте, пожалуйста, ещё раз",
    expired_hint: "Форма была открыта больше суток или пришла не с этой страницы. Написанное сохранено.",
    not_sent: "Пока ничего не отправлено",
    send_later: "Написанное сохранено: не закрывайте эту страницу и отправьте ещё раз позже.",
    kib: "КиБ",
    by_you: "Вы",
    by_desk: |app| format!("Поддержка {app}"),
    add_label: "Добавить сообщение",
    add_hint: "До 10\u{a0}000 знаков.",
    thread_title: "Переписка",
    version: "Версия",
    reference_label: "Номер обращения",
};
