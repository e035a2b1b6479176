//! Russian: the mail check.

use desk_core::mail::lint::{LintRule, LintVerdict};

use crate::texts::lint::LintTexts;

/// The texts.
pub(in crate::texts) static LINT: LintTexts = LintTexts {
    of: |rule, verdict| match (rule, verdict) {
        (LintRule::Unsubscribe, LintVerdict::Pass) => "Поле List-Unsubscribe одно.",
        (LintRule::Unsubscribe, _) => {
            "Нужно ровно одно поле List-Unsubscribe с адресами в угловых скобках."
        }
        (LintRule::Post, LintVerdict::Pass) => {
            "List-Unsubscribe-Post обещает отписку в один щелчок."
        }
        (LintRule::Post, _) => {
            "Нужно ровно одно поле List-Unsubscribe-Post: List-Unsubscribe=One-Click, буква в букву."
        }
        (LintRule::Https, LintVerdict::Pass) => "Адрес https один.",
        (LintRule::Https, _) => "В List-Unsubscribe нужен ровно один адрес https и ни одного http.",
        (LintRule::Token, LintVerdict::Pass) => "Ссылка наша и работает.",
        (LintRule::Token, LintVerdict::Fail) => {
            "Ссылка ведёт сюда, но будет отвергнута: создайте её заново и не давайте обрезать или переписывать её."
        }
        (LintRule::Token, _) => {
            "Работает ли ссылка, неизвестно: она ведёт не сюда, или здесь нет ключей для проверки."
        }
        (LintRule::Mailto, LintVerdict::Pass) => "Рядом есть адрес mailto.",
        (LintRule::Mailto, _) => {
            "Адрес mailto рядом поможет почтовым программам, которые не умеют иначе."
        }
        (LintRule::Dkim, LintVerdict::Pass) => {
            "Подпись DKIM охватывает оба поля. Верна ли она, проверит получатель."
        }
        (LintRule::Dkim, _) => {
            "Подпись DKIM должна охватывать List-Unsubscribe и List-Unsubscribe-Post (h=); после неё ничего не добавляйте."
        }
        (LintRule::ListId, LintVerdict::Pass) => "Поле List-Id одно.",
        (LintRule::ListId, _) => {
            "Нужно ровно одно поле List-Id: Название <list.domain>, которое никогда не меняется."
        }
        (LintRule::From, LintVerdict::Pass) => "Поле From одно.",
        (LintRule::From, _) => "Нужно ровно одно поле From с адресом.",
        (LintRule::Lines, LintVerdict::Pass) => "Поля в ASCII, и строки их не слишком длинны.",
        (LintRule::Lines, _) => {
            "Строка поля должна быть короче 998 байт, а всё, что не ASCII, закодировано (RFC 2047)."
        }
        (LintRule::BodyLink, LintVerdict::Pass) => "В тексте есть ссылка для отписки.",
        (LintRule::BodyLink, LintVerdict::Unknown) => {
            "В письме нет текста, в котором можно искать ссылку для отписки."
        }
        (LintRule::BodyLink, _) => "Поместите ссылку для отписки и в текст, где её видно.",
    },
};
