//! English.

use super::{About, SiteTexts, Start, StartLink};

/// The texts of the pages that belong to no promise alone.
pub(super) static SITE: SiteTexts = SiteTexts {
    start: Start {
        title: |app| format!("Your personal data in {app}"),
        lead: |app| {
            format!(
                "Here you can read what {app} promises about your data, ask about it, complain, and follow the answer."
            )
        },
        policy: StartLink {
            link: "Read the privacy policy",
            hint: "What is collected, why, and who sees it.",
        },
        feedback: StartLink {
            link: "Ask a question or complain",
            hint: "Write to the people responsible for your data. No account is needed, and you may stay anonymous.",
        },
        requests: StartLink {
            link: "Ask for your data, or have it deleted",
            hint: "A copy, a correction, deletion, an objection: with the date by which we must answer.",
        },
        follow: StartLink {
            link: "Follow what you have already sent",
            hint: "With the secret link you saved.",
        },
        follow_hint: "Open the secret link you saved when you sent it, or paste it here. The reference alone does not open it, so nobody can look yours up.",
        follow_label: "Your secret link",
        follow_button: "Open",
        mail: StartLink {
            link: "Stop newsletters",
            hint: "Or choose which ones you get. No password is needed.",
        },
        versions: StartLink {
            link: "See what changed in the policy",
            hint: "Every version since the first, and the difference between any two.",
        },
        developers: StartLink {
            link: "For developers",
            hint: "The description of the API (OpenAPI 3.1): how the app fetches the policy and files feedback.",
        },
    },
    about: About {
        r#type: "Type",
        status: "Status",
        meaning: "What it means",
        next: "What you can do",
    },
};
