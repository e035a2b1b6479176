//! English: the policy.

use desk_core::lang::Lang;
use desk_core::policy::compare::Change;

use crate::texts::plain::plain;
use crate::texts::policy::PolicyTexts;

/// The texts.
pub(in crate::texts) static POLICY: PolicyTexts = PolicyTexts {
    title: plain("Privacy policy"),
    version: |version| format!("Version {version}"),
    of_version: |version| format!("version {version}"),
    versions: plain("Versions"),
    coming: plain("A new version is coming."),
    coming_on: |version| format!("Version {version} takes effect on"),
    coming_read: plain("Read it now"),
    or: plain("or"),
    coming_changes: plain("see what changes"),
    untranslated: plain("This version is not translated."),
    shown_in: |version, lang| {
        let language = match lang {
            Lang::En => "English",
            Lang::Ru => "Russian",
        };
        format!(
            "There is no English text of version {version}, so you are reading it in {language}."
        )
    },
    last_translated: plain("The last one in English is"),
    which_is_older: plain(", which is older."),
    gpc: plain("We saw your Global Privacy Control signal."),
    gpc_meaning: plain(
        "Your browser asks that your data be neither sold nor shared. It never is; you need to do nothing more.",
    ),
    past: plain("This version is no longer in effect."),
    not_yet: plain("This version is not in effect yet."),
    now_in_effect: plain("In effect now:"),
    as_of: plain("What was in effect at this moment:"),
    version_label: plain("Version"),
    effective_label: plain("In effect from"),
    published_label: plain("Published"),
    languages_label: plain("Languages"),
    note_label: plain("What changed"),
    compare_label: plain("Compare"),
    material: plain("important"),
    contents: plain("Contents"),
    forms: plain("This version in other forms"),
    plain_text: plain("Plain text"),
    all_versions: plain("All versions"),
    feed: plain("Feed of changes"),
    versions_title: plain("Versions of the policy"),
    versions_lead: plain("A version that was once published never changes."),
    versions_caption: plain("Newest first."),
    no_versions: plain("No policy has been published here yet."),
    upcoming_title: plain("Coming versions of the policy"),
    upcoming_caption: plain("The soonest first."),
    nothing_upcoming: plain("No new version has been announced."),
    upcoming_tag: plain("upcoming"),
    in_force_tag: plain("in effect"),
    compare_with: |version| format!("with {version}"),
    proof: plain("Proof"),
    proof_text: plain(
        "Versions form a signed chain: each publication names the digest of the one before, so none can be rewritten unnoticed.",
    ),
    digest_label: |version, lang| match lang {
        Lang::En => format!("SHA-256 of {version} in English"),
        Lang::Ru => format!("SHA-256 of {version} in Russian"),
    },
    key_label: plain("Signing key"),
    language_name: |lang| match lang {
        Lang::En => "English",
        Lang::Ru => "Russian",
    },
    diff_title: |from, to| format!("What changes from {from} to {to}"),
    diff_from: plain("From"),
    diff_to: plain("To"),
    diff_short: plain("In short"),
    diff_summary: |changed, added, removed, same| {
        let sections = if changed == 1 { "section" } else { "sections" };
        format!(
            "{changed} {sections} changed, {added} added, {removed} removed, {same} stay the same"
        )
    },
    legend_before: plain("Text that was"),
    legend_added: plain("added"),
    legend_between: plain(" is underlined, text that was"),
    legend_removed: plain("removed"),
    legend_after: plain(" is struck through."),
    change_tag: |change| match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
        Change::Unchanged => "without change",
    },
    hear_added: plain("[added: "),
    hear_removed: plain("[removed: "),
    hear_end: plain(" end]"),
    unchanged_paragraphs: |count| match count {
        1 => "1 paragraph without change".to_owned(),
        _ => format!("{count} paragraphs without change"),
    },
    unchanged_title: plain("Without change"),
    preface: plain("Title and opening"),
    feed_title: |app| format!("Privacy policy of {app}: versions"),
    feed_entry: |version, date| format!("Version {version}, in effect from {date}"),
    feed_summary: plain("A new version of the privacy policy."),
};
