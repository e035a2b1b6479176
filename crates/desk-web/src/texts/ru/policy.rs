//! Russian: the policy.

use desk_core::lang::Lang;
use desk_core::policy::compare::Change;

use crate::texts::plain::plain;
use crate::texts::policy::PolicyTexts;

/// The texts.
pub(in crate::texts) static POLICY: PolicyTexts = PolicyTexts {
    title: plain("Политика конфиденциальности"),
    version: |version| format!("Версия {version}"),
    of_version: |version| format!("версия {version}"),
    versions: plain("Версии"),
    coming: plain("Готовится новая версия."),
    coming_on: |version| format!("Версия {version} вступит в силу"),
    coming_read: plain("Прочитать сейчас"),
    or: plain("или"),
    coming_changes: plain("посмотреть, что изменится"),
    untranslated: plain("Эта версия не переведена."),
    shown_in: |version, lang| {
        let language = match lang {
            Lang::En => "на английском языке",
            Lang::Ru => "на русском языке",
        };
        format!("Текста версии {version} на русском языке нет, поэтому вы читаете её {language}.")
    },
    last_translated: plain("Последний текст на русском языке –"),
    which_is_older: plain(", она старше."),
    gpc: plain("Мы увидели сигнал Global Privacy Control."),
    gpc_meaning: plain(
        "Ваш браузер просит не продавать и не передавать ваши данные. Мы этого никогда не делаем; ничего больше от вас не нужно.",
    ),
    past: plain("Эта версия больше не действует."),
    not_yet: plain("Эта версия ещё не вступила в силу."),
    now_in_effect: plain("Сейчас действует"),
    as_of: plain("Что действовало в этот момент:"),
    version_label: plain("Версия"),
    effective_label: plain("Действует с"),
    published_label: plain("Опубликована"),
    languages_label: plain("Языки"),
    note_label: plain("Что изменилось"),
    compare_label: plain("Сравнить"),
    material: plain("важно"),
    contents: plain("Содержание"),
    forms: plain("Эта версия в других форматах"),
    plain_text: plain("Простой текст"),
    all_versions: plain("Все версии"),
    feed: plain("Лента изменений"),
    versions_title: plain("Версии политики"),
    versions_lead: plain("Однажды опубликованная версия больше не меняется."),
    versions_caption: plain("Сначала новые."),
    no_versions: plain("Здесь ещё не опубликована политика."),
    upcoming_title: plain("Будущие версии политики"),
    upcoming_caption: plain("Сначала ближайшие."),
    nothing_upcoming: plain("Новых версий не объявлено."),
    upcoming_tag: plain("готовится"),
    in_force_tag: plain("действует"),
    compare_with: |version| format!("с {version}"),
    proof: plain("Подтверждение"),
    proof_text: plain(
        "Версии связаны подписанной цепочкой: каждая публикация называет отпечаток предыдущей, поэтому незаметно переписать их нельзя.",
    ),
    digest_label: |version, lang| match lang {
        Lang::En => format!("SHA-256 версии {version} на английском языке"),
        Lang::Ru => format!("SHA-256 версии {version} на русском языке"),
    },
    key_label: plain("Ключ подписи"),
    language_name: |lang| match lang {
        Lang::En => "английский",
        Lang::Ru => "русский",
    },
    diff_title: |from, to| format!("Что меняется между {from} и {to}"),
    diff_from: plain("Было"),
    diff_to: plain("Стало"),
    diff_short: plain("Коротко"),
    diff_summary: |changed, added, removed, same| {
        format!(
            "изменено разделов: {changed}, добавлено: {added}, удалено: {removed}, без изменений: {same}"
        )
    },
    legend_before: plain("Текст, который"),
    legend_added: plain("добавлен"),
    legend_between: plain(", подчёркнут, а который"),
    legend_removed: plain("удалён"),
    legend_after: plain(", зачёркнут."),
    change_tag: |change| match change {
        Change::Added => "добавлен",
        Change::Removed => "удалён",
        Change::Changed => "изменён",
        Change::Unchanged => "без изменений",
    },
    hear_added: plain("[добавлено: "),
    hear_removed: plain("[удалено: "),
    hear_end: plain(" конец]"),
    unchanged_paragraphs: |count| {
        let paragraphs = plural(count, "абзац", "абзаца", "абзацев");
        format!("{count} {paragraphs} без изменений")
    },
    unchanged_title: plain("Без изменений"),
    preface: plain("Заголовок и вступление"),
    feed_title: |app| format!("Политика конфиденциальности {app}: версии"),
    feed_entry: |version, date| format!("Версия {version}, действует с {date}"),
    feed_summary: plain("Новая версия политики конфиденциальности."),
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
