//! Russian: forms and conversations.

use crate::texts::FormTexts;
use crate::texts::plain::plain;

/// The texts.
pub(in crate::texts) static FORM: FormTexts = FormTexts {
    optional: plain("(необязательно)"),
    files_legend: plain("Файлы"),
    files_hint: plain(
        "Не больше трёх, каждый до 1\u{a0}МиБ: PNG, JPEG, PDF или простой текст. Скрытые в снимках место и дата удаляются.",
    ),
    file_label: |number| match number {
        1 => "Первый файл",
        2 => "Второй файл",
        _ => "Третий файл",
    },
    files_again: plain("Файлы сохранить нельзя: выберите их, пожалуйста, ещё раз."),
    name_label: plain("Ваше имя"),
    language_label: plain("На каком языке ответить"),
    honeypot_label: plain("Оставьте это поле пустым"),
    send: plain("Отправить"),
    error: plain("Ошибка"),
    summary: |count| {
        let things = match (count % 10, count % 100) {
            (1, rest) if rest != 11 => "поле",
            (2..=4, rest) if !(12..=14).contains(&rest) => "поля",
            _ => "полей",
        };
        format!("Пока ничего не отправлено: исправьте, пожалуйста, {count}\u{a0}{things}")
    },
    expired: plain("Пока ничего не отправлено: отправьте, пожалуйста, ещё раз"),
    expired_hint: plain(
        "Форма была открыта больше суток или пришла не с этой страницы. Написанное сохранено.",
    ),
    not_sent: plain("Пока ничего не отправлено"),
    send_later: plain(
        "Написанное сохранено: не закрывайте эту страницу и отправьте ещё раз позже.",
    ),
    kib: plain("КиБ"),
    by_you: plain("Вы"),
    by_desk: |app| format!("Поддержка {app}"),
    add_label: plain("Добавить сообщение"),
    add_hint: plain("До 10\u{a0}000 знаков."),
    thread_title: plain("Переписка"),
    version: plain("Версия"),
    reference_label: plain("Номер обращения"),
};
