//! What the texts of the policy are.

use super::Plain;
use desk_core::lang::Lang;
use desk_core::policy::compare::Change;

/// The texts of the policy.
#[derive(Debug)]
pub struct PolicyTexts {
    /// What a policy is called that has no title of its own.
    pub title: Plain,
    /// A version: its name.
    pub version: fn(&str) -> String,
    /// A version after a preposition or within a title: its name.
    pub of_version: fn(&str) -> String,
    /// The list of versions, as a link to it says.
    pub versions: Plain,
    /// That a new version comes.
    pub coming: Plain,
    /// Which one takes effect on the date that follows: its name.
    pub coming_on: fn(&str) -> String,
    /// The link to its text.
    pub coming_read: Plain,
    /// Between the two links.
    pub or: Plain,
    /// The link to what changes.
    pub coming_changes: Plain,
    /// That the text is in another language.
    pub untranslated: Plain,
    /// In which one: the version, the language it is shown in.
    pub shown_in: fn(&str, Lang) -> String,
    /// Before the link to the last version in the language that was asked for.
    pub last_translated: Plain,
    /// Behind that link.
    pub which_is_older: Plain,
    /// That the signal of Global Privacy Control was seen.
    pub gpc: Plain,
    /// What it means.
    pub gpc_meaning: Plain,
    /// That a version is not in effect any more.
    pub past: Plain,
    /// That a version is not in effect yet.
    pub not_yet: Plain,
    /// Before the link to the version that is in effect.
    pub now_in_effect: Plain,
    /// What was in effect at the instant that follows.
    pub as_of: Plain,
    /// The label of a version.
    pub version_label: Plain,
    /// The label of the instant from which a version holds.
    pub effective_label: Plain,
    /// The label of the instant at which it was published.
    pub published_label: Plain,
    /// The label of the languages.
    pub languages_label: Plain,
    /// The label of the note.
    pub note_label: Plain,
    /// The label of the comparison.
    pub compare_label: Plain,
    /// That a change matters.
    pub material: Plain,
    /// The heading of the contents.
    pub contents: Plain,
    /// The heading of the other forms.
    pub forms: Plain,
    /// The link to plain text.
    pub plain_text: Plain,
    /// The link to all versions.
    pub all_versions: Plain,
    /// The link to the feed.
    pub feed: Plain,
    /// The heading of the list of versions.
    pub versions_title: Plain,
    /// Its first paragraph.
    pub versions_lead: Plain,
    /// The caption of its table.
    pub versions_caption: Plain,
    /// What is said where there is none.
    pub no_versions: Plain,
    /// The heading of the list of versions to come.
    pub upcoming_title: Plain,
    /// The caption of its table.
    pub upcoming_caption: Plain,
    /// What is said where there is none.
    pub nothing_upcoming: Plain,
    /// The mark of a version to come.
    pub upcoming_tag: Plain,
    /// The mark of the version in effect.
    pub in_force_tag: Plain,
    /// The link to a comparison: the other version.
    pub compare_with: fn(&str) -> String,
    /// The heading of the proof.
    pub proof: Plain,
    /// What the proof is.
    pub proof_text: Plain,
    /// The label of a text's digest: version, language.
    pub digest_label: fn(&str, Lang) -> String,
    /// The label of the key.
    pub key_label: Plain,
    /// A language, in a list.
    pub language_name: fn(Lang) -> &'static str,
    /// The heading of a comparison: the two versions.
    pub diff_title: fn(&str, &str) -> String,
    /// The label of the older text.
    pub diff_from: Plain,
    /// The label of the newer text.
    pub diff_to: Plain,
    /// The label of the summary.
    pub diff_short: Plain,
    /// The summary: how many sections changed, were added, were removed, stayed.
    pub diff_summary: fn(usize, usize, usize, usize) -> String,
    /// Before the word for what was added.
    pub legend_before: Plain,
    /// The word for what was added.
    pub legend_added: Plain,
    /// Between the two words.
    pub legend_between: Plain,
    /// The word for what was removed.
    pub legend_removed: Plain,
    /// Behind the two words.
    pub legend_after: Plain,
    /// What happened to a section.
    pub change_tag: fn(Change) -> &'static str,
    /// What is heard before an addition.
    pub hear_added: Plain,
    /// What is heard before a removal.
    pub hear_removed: Plain,
    /// What is heard behind either.
    pub hear_end: Plain,
    /// So many paragraphs without change.
    pub unchanged_paragraphs: fn(usize) -> String,
    /// The heading of the sections without change.
    pub unchanged_title: Plain,
    /// What stands before the first section, as a heading.
    pub preface: Plain,
    /// The title of the feed: app.
    pub feed_title: fn(&str) -> String,
    /// The title of a version in the feed: its name, the date from which it holds.
    pub feed_entry: fn(&str, &str) -> String,
    /// The summary of a version that has no note.
    pub feed_summary: Plain,
}
