//! English: the policy.

use desk_core::lang::Lang;
use desk_core::policy::compare::Change;

use super::PolicyTexts;

/// The texts.
pub(super) static POLICY: PolicyTexts = PolicyTexts {
    title: "Privacy policy",
    version: |version| format!("Version {version}"),
    of_version: |version| format!("version {version}"),
    versions: "Versions",
    coming: "A new version is coming.",
    coming_on: |version| format!("Version {version} takes effect on"),
    coming_read: "Read it now",
    or: "or",
    coming_changes: "see what changes",
    untranslated: "This version is not translated.",
    shown_in: |version, lang| {
        let language = match lang {
            Lang::En => "English",
            Lang::Ru => "Russian",
        };
        format!(
            "There is no English text of version {version}, so you are reading it in {language}."
        )
    },
    last_translated: "The last one in English is",
    which_is_older: ", which is older.",
    gpc: "We saw your Global Privacy Control signal.",
    gpc_meaning: "Your browser asks that your data be neither sold nor shared. It never is; you need to do nothing more.",
    past: "This version is no longer in effect.",
    not_yet: "This version is not in effect yet.",
    now_in_effect: "In effect now:",
    as_of: "What was in effect at this moment:",
    version_label: "Version",
    effective_label: "In effect from",
    published_label: "Published",
    languages_label: "Languages",
    note_label: "What changed",
    compare_label: "Compare",
    material: "important",
    contents: "Contents",
    forms: "This version in other forms",
    plain_text: "Plain text",
    all_versions: "All versions",
    feed: "Feed of changes",
    versions_title: "Versions of the policy",
    versions_lead: "A version that was once published never changes.",
    versions_caption: "Newest first.",
    no_versions: "No policy has been published here yet.",
    upcoming_title: "Coming versions of the policy",
    upcoming_caption: "The soonest first.",
    nothing_upcoming: "No new version has been announced.",
    upcoming_tag: "upcoming",
    in_force_tag: "in effect",
    compare_with: |version| format!("with {version}"),
    proof: "Proof",
    proof_text: "Versions form a signed chain: each publication names the digest of the one before, so none can be rewritten unnoticed.",
    digest_label: |version, lang| match lang {
        Lang::En => format!("SHA-256 of {version} in English"),
        Lang::Ru => format!("SHA-256 of {version} in Russian"),
    },
    key_label: "Signing key",
    language_name: |lang| match lang {
        Lang::En => "English",
        Lang::Ru => "Russian",
    },
    diff_title: |from, to| format!("What changes from {from} to {to}"),
    diff_from: "From",
    diff_to: "To",
    diff_short: "In short",
    diff_summary: |changed, added, removed, same| {
        let sections = if changed == 1 { "section" } else { "sections" };
        format!(
            "{changed} {sections} changed, {added} added, {removed} removed, {same} stay the same"
        )
    },
    legend_before: "Text that was",
    legend_added: "added",
    legend_between: " is underlined, text that was",
    legend_removed: "removed",
    legend_after: " is struck through.",
    change_tag: |change| match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
        Change::Unchanged => "without change",
    },
    hear_added: "[added: ",
    hear_removed: "[removed: ",
    hear_end: " end]",
    unchanged_paragraphs: |count| match count {
        1 => "1 paragraph without change".to_owned(),
        _ => format!("{count} paragraphs without change"),
    },
    unchanged_title: "Without change",
    preface: "Title and opening",
    feed_title: |app| format!("Privacy policy of {app}: versions"),
    feed_entry: |version, date| format!("Version {version}, in effect from {date}"),
    feed_summary: "A new version of the privacy policy.",
};
