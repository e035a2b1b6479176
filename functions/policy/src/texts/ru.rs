//! Russian: the policy.

use desk_core::lang::Lang;
use desk_core::policy::compare::Change;

use super::PolicyTexts;

/// The texts.
pub(super) static POLICY: PolicyTexts = PolicyTexts {
    title: "Политика конфиденциальности",
    version: |version| format!("Версия {version}"),
    of_version: |version| format!("версия {version}"),
    versions: "Версии",
    coming: "Готовится новая версия.",
    coming_on: |version| format!("Версия {version} вступит в силу"),
    coming_read: "Прочитать сейчас",
    or: "или",
    coming_changes: "посмотреть, что изменится",
    untranslated: "Эта версия не переведена.",
    shown_in: |version, lang| {
        let language = match lang {
            Lang::En => "на английском языке",
            Lang::Ru => "на русском языке",
        };
        format!("Текста версии {version} на русском языке нет, поэтому вы читаете её {language}.")
    },
    last_translated: "Последний текст на русском языке –",
    which_is_older: ", она старше.",
    gpc: "Мы увидели сигнал Global Privacy Control.",
    gpc_meaning: "Ваш браузер просит не продавать и не передавать ваши данные. Мы этого никогда не делаем; ничего больше от вас не нужно.",
    past: "Эта версия больше не действует.",
    not_yet: "Эта версия ещё не вступила в силу.",
    now_in_effect: "Сейчас действует",
    as_of: "Что действовало в этот момент:",
    version_label: "Версия",
    effective_label: "Действует с",
    published_label: "Опубликована",
    languages_label: "Языки",
    note_label: "Что изменилось",
    compare_label: "Сравнить",
    material: "важно",
    contents: "Содержание",
    forms: "Эта версия в других форматах",
    plain_text: "Простой текст",
    all_versions: "Все версии",
    feed: "Лента изменений",
    versions_title: "Версии политики",
    versions_lead: "Однажды опубликованная версия больше не меняется.",
    versions_caption: "Сначала новые.",
    no_versions: "Здесь ещё не опубликована политика.",
    upcoming_title: "Будущие версии политики",
    upcoming_caption: "Сначала ближайшие.",
    nothing_upcoming: "Новых версий не объявлено.",
    upcoming_tag: "готовится",
    in_force_tag: "действует",
    compare_with: |version| format!("с {version}"),
    proof: "Подтверждение",
    proof_text: "Версии связаны подписанной цепочкой: каждая публикация называет отпечаток предыдущей, поэтому незаметно переписать их нельзя.",
    digest_label: |version, lang| match lang {
        Lang::En => format!("SHA-256 версии {version} на английском языке"),
        Lang::Ru => format!("SHA-256 версии {version} на русском языке"),
    },
    key_label: "Ключ подписи",
    language_name: |lang| match lang {
        Lang::En => "английский",
        Lang::Ru => "русский",
    },
    diff_title: |from, to| format!("Что меняется между {from} и {to}"),
    diff_from: "Было",
    diff_to: "Стало",
    diff_short: "Коротко",
    diff_summary: |changed, added, removed, same| {
        format!(
            "изменено разделов: {changed}, добавлено: {added}, удалено: {removed}, без изменений: {same}"
        )
    },
    legend_before: "Текст, который",
    legend_added: "добавлен",
    legend_between: ", подчёркнут, а который",
    legend_removed: "удалён",
    legend_after: ", зачёркнут.",
    change_tag: |change| match change {
        Change::Added => "добавлен",
        Change::Removed => "удалён",
        Change::Changed => "изменён",
        Change::Unchanged => "без изменений",
    },
    hear_added: "[добавлено: ",
    hear_removed: "[удалено: ",
    hear_end: " конец]",
    unchanged_paragraphs: |count| {
        let paragraphs = plural(count, "абзац", "абзаца", "абзацев");
        format!("{count} {paragraphs} без изменений")
    },
    unchanged_title: "Без изменений",
    preface: "Заголовок и вступление",
    feed_title: |app| format!("Политика конфиденциальности {app}: версии"),
    feed_entry: |version, date| format!("Версия {version}, действует с {date}"),
    feed_summary: "Новая версия политики конфиденциальности.",
};

/// Chooses the form that goes with a number.
const fn plural(
    number: usize,
    one: &'static str,
    few: &'static str,
    many: &'static str,
) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}
