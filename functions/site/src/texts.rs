//! What the pages of the site say, in each language.

mod en;
mod ru;

use desk_core::lang::Lang;

/// The texts of the start page.
#[derive(Debug)]
pub(crate) struct Start {
    /// Its heading: app.
    pub title: fn(&str) -> String,
    /// Its first paragraph: app.
    pub lead: fn(&str) -> String,
    /// The door to the policy.
    pub policy: StartLink,
    /// The door to the feedback form.
    pub feedback: StartLink,
    /// The door to requests about one's own data.
    pub requests: StartLink,
    /// The door to a case that was sent already.
    pub follow: StartLink,
    /// What is said behind that door.
    pub follow_hint: &'static str,
    /// The label of the field for the link.
    pub follow_label: &'static str,
    /// The button beside it.
    pub follow_button: &'static str,
    /// The door to the mailing preferences.
    pub mail: StartLink,
    /// The door to the versions.
    pub versions: StartLink,
    /// The door for developers.
    pub developers: StartLink,
}

/// A line of the start page that leads somewhere.
#[derive(Debug)]
pub(crate) struct StartLink {
    /// What the link says.
    pub link: &'static str,
    /// What one finds behind it.
    pub hint: &'static str,
}

/// The texts of the page about a kind of problem.
#[derive(Debug)]
pub(crate) struct About {
    /// The label of the type.
    pub r#type: &'static str,
    /// The label of the status.
    pub status: &'static str,
    /// The heading of what it means.
    pub meaning: &'static str,
    /// The heading of what to do.
    pub next: &'static str,
}

/// The texts of the pages that belong to no promise alone.
#[derive(Debug)]
pub(crate) struct SiteTexts {
    /// The start page.
    pub start: Start,
    /// The page about a kind of problem.
    pub about: About,
}

/// The texts of the pages that belong to no promise alone, in a language.
pub(crate) fn site(lang: Lang) -> &'static SiteTexts {
    match lang {
        Lang::En => &en::SITE,
        Lang::Ru => &ru::SITE,
    }
}
