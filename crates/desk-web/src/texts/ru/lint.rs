//! Russian: the mail check.

use desk_core::mail::lint::{Rule, Verdict};

use crate::texts::lint::LintTexts;

/// The texts.
pub(in crate::texts) static LINT: LintTexts = LintTexts {
    of: |rule, verdict| match (rule, verdict) {
        (Rule::Unsubscribe, Verdict::Pass) => "Поле List-Unsubscribe одно.",
        (Rule::Unsubscribe, _) => {
            "Нужно ровно одно поле List-Unsubscribe с адресами в угловых скобках."
        }
        (Rule::Post, Verdict::Pass) => "List-Unsubscribe-Post обещает отписку в один щелчок.",
        (Rule::Post, _) => {
            "Нужно ровно одно поле List-Unsubscribe-Post: List-Unsubscribe=One-Click, буква в букву."
        }
        (Rule::Https, Verdict::Pass) => "Адрес https один.",
        (Rule::Https, _) => "В List-Unsubscribe нужен ровно один адрес https и ни одного http.",
        (Rule::Token, Verdict::Pass) => "Ссылка наша и работает.",
        (Rule::Token, Verdict::Fail) => {
            "Ссылка ведёт сюда, но будет отвергнута: создайте её заново и не давайте обрезать или переписывать её."
        }
        (Rule::Token, _) => {
            "Работает ли ссылка, неизвестно: она ведёт не сюда, или здесь нет ключей для проверки."
        }
        (Rule::Mailto, Verdict::Pass) => "Рядом есть адрес mailto.",
        (Rule::Mailto, _) => {
            "Адрес mailto рядом поможет почтовым программам, которые не умеют иначе."
        }
        (Rule::Dkim, Verdict::Pass) => {
            "Подпись DKIM охватывает оба поля. Верна ли она, проверит получатель."
        }
        (Rule::Dkim, _) => {
            "Подпись DKIM должна охватывать List-Unsubscribe и List-Unsubscribe-Post (h=); после неё ничего не добавляйте."
        }
        (Rule::ListId, Verdict::Pass) => "Поле List-Id одно.",
        (Rule::ListId, _) => {
            "Нужно ровно одно поле List-Id: Название <list.domain>, которое никогда не меняется."
        }
        (Rule::From, Verdict::Pass) => "Поле From одно.",
        (Rule::From, _) => "Нужно ровно одно поле From с адресом.",
        (Rule::Lines, Verdict::Pass) => "Поля в ASCII, и строки их не слишком длинны.",
        (Rule::Lines, _) => {
            "Строка поля должна быть короче 998 байт, а всё, что не ASCII, закодировано (RFC 2047)."
        }
        (Rule::BodyLink, Verdict::Pass) => "В тексте есть ссылка для отписки.",
        (Rule::BodyLink, Verdict::Unknown) => {
            "В письме нет текста, в котором можно искать ссылку для отписки."
        }
        (Rule::BodyLink, _) => "Поместите ссылку для отписки и в текст, где её видно.",
    },
};
