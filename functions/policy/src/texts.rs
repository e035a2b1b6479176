//! What the texts of the policy are.

mod en;
mod ru;

use desk_core::lang::Lang;
use desk_core::policy::compare::Change;

/// The texts of the policy.
#[derive(Debug)]
pub(crate) struct PolicyTexts {
    /// What a policy is called that has no title of its own.
    pub title: &'static str,
    /// A version: its name.
    pub version: fn(&str) -> String,
    /// A version after a preposition or within a title: its name.
    pub of_version: fn(&str) -> String,
    /// The list of versions, as a link to it says.
    pub versions: &'static str,
    /// That a new version comes.
    pub coming: &'static str,
    /// Which one takes effect on the date that follows: its name.
    pub coming_on: fn(&str) -> String,
    /// The link to its text.
    pub coming_read: &'static str,
    /// Between the two links.
    pub or: &'static str,
    /// The link to what changes.
    pub coming_changes: &'static str,
    /// That the text is in another language.
    pub untranslated: &'static str,
    /// In which one: the version, the language it is shown in.
    pub shown_in: fn(&str, Lang) -> String,
    /// Before the link to the last version in the language that was asked for.
    pub last_translated: &'static str,
    /// Behind that link.
    pub which_is_older: &'static str,
    /// That the signal of Global Privacy Control was seen.
    pub gpc: &'static str,
    /// What it means.
    pub gpc_meaning: &'static str,
    /// That a version is not in effect any more.
    pub past: &'static str,
    /// That a version is not in effect yet.
    pub not_yet: &'static str,
    /// Before the link to the version that is in effect.
    pub now_in_effect: &'static str,
    /// What was in effect at the instant that follows.
    pub as_of: &'static str,
    /// The label of a version.
    pub version_label: &'static str,
    /// The label of the instant from which a version holds.
    pub effective_label: &'static str,
    /// The label of the instant at which it was published.
    pub published_label: &'static str,
    /// The label of the languages.
    pub languages_label: &'static str,
    /// The label of the note.
    pub note_label: &'static str,
    /// The label of the comparison.
    pub compare_label: &'static str,
    /// That a change matters.
    pub material: &'static str,
    /// The heading of the contents.
    pub contents: &'static str,
    /// The heading of the other forms.
    pub forms: &'static str,
    /// The link to plain text.
    pub plain_text: &'static str,
    /// The link to all versions.
    pub all_versions: &'static str,
    /// The link to the feed.
    pub feed: &'static str,
    /// The heading of the list of versions.
    pub versions_title: &'static str,
    /// Its first paragraph.
    pub versions_lead: &'static str,
    /// The caption of its table.
    pub versions_caption: &'static str,
    /// What is said where there is none.
    pub no_versions: &'static str,
    /// The heading of the list of versions to come.
    pub upcoming_title: &'static str,
    /// The caption of its table.
    pub upcoming_caption: &'static str,
    /// What is said where there is none.
    pub nothing_upcoming: &'static str,
    /// The mark of a version to come.
    pub upcoming_tag: &'static str,
    /// The mark of the version in effect.
    pub in_force_tag: &'static str,
    /// The link to a comparison: the other version.
    pub compare_with: fn(&str) -> String,
    /// The heading of the proof.
    pub proof: &'static str,
    /// What the proof is.
    pub proof_text: &'static str,
    /// The label of a text's digest: version, language.
    pub digest_label: fn(&str, Lang) -> String,
    /// The label of the key.
    pub key_label: &'static str,
    /// A language, in a list.
    pub language_name: fn(Lang) -> &'static str,
    /// The heading of a comparison: the two versions.
    pub diff_title: fn(&str, &str) -> String,
    /// The label of the older text.
    pub diff_from: &'static str,
    /// The label of the newer text.
    pub diff_to: &'static str,
    /// The label of the summary.
    pub diff_short: &'static str,
    /// The summary: how many sections changed, were added, were removed, stayed.
    pub diff_summary: fn(usize, usize, usize, usize) -> String,
    /// Before the word for what was added.
    pub legend_before: &'static str,
    /// The word for what was added.
    pub legend_added: &'static str,
    /// Between the two words.
    pub legend_between: &'static str,
    /// The word for what was removed.
    pub legend_removed: &'static str,
    /// Behind the two words.
    pub legend_after: &'static str,
    /// What happened to a section.
    pub change_tag: fn(Change) -> &'static str,
    /// What is heard before an addition.
    pub hear_added: &'static str,
    /// What is heard before a removal.
    pub hear_removed: &'static str,
    /// What is heard behind either.
    pub hear_end: &'static str,
    /// So many paragraphs without change.
    pub unchanged_paragraphs: fn(usize) -> String,
    /// The heading of the sections without change.
    pub unchanged_title: &'static str,
    /// What stands before the first section, as a heading.
    pub preface: &'static str,
    /// The title of the feed: app.
    pub feed_title: fn(&str) -> String,
    /// The title of a version in the feed: its name, the date from which it holds.
    pub feed_entry: fn(&str, &str) -> String,
    /// The summary of a version that has no note.
    pub feed_summary: &'static str,
}

/// The texts of the policy in a language.
pub(crate) fn policy(lang: Lang) -> &'static PolicyTexts {
    match lang {
        Lang::En => &en::POLICY,
        Lang::Ru => &ru::POLICY,
    }
}
