//! What the texts of a package are.

use desk_core::case::{self, Suspicion};
use desk_core::clock::regime::Regime;
use desk_core::request::{self, Behalf, Proof};
use desk_core::suppression::Reason;

use crate::package::{By, What};

/// The texts of the page in a package.
#[derive(Debug)]
pub struct PackageTexts {
    /// Its heading: app.
    pub title: fn(&str) -> String,
    /// Its first paragraph: who answers for the data.
    pub lead: fn(&str) -> String,
    /// The label of the address that it is about.
    pub about: &'static str,
    /// The label of the request's reference.
    pub request: &'static str,
    /// The label of when it was prepared.
    pub prepared: &'static str,
    /// The label of who answers for the data.
    pub controller: &'static str,
    /// The label of where to write to.
    pub contact: &'static str,
    /// The label of the policy.
    pub policy: &'static str,
    /// The heading of the list of what is in it.
    pub contents: &'static str,
    /// That there is nothing of a kind.
    pub nothing: &'static str,
    /// The heading of the cases.
    pub cases: &'static str,
    /// What they are.
    pub cases_hint: &'static str,
    /// The heading of the requests.
    pub requests: &'static str,
    /// What they are.
    pub requests_hint: &'static str,
    /// The label of when something was received.
    pub received: &'static str,
    /// The label of the state.
    pub state: &'static str,
    /// The label of the person's name.
    pub name: &'static str,
    /// The label of the address.
    pub email: &'static str,
    /// The label of the app's version.
    pub app_version: &'static str,
    /// The label of the version of the policy in force.
    pub policy_version: &'static str,
    /// The label of until when it is kept.
    pub kept_until: &'static str,
    /// The label of why a case was set apart.
    pub suspicion: &'static str,
    /// Why it was.
    pub suspicion_of: fn(Suspicion) -> &'static str,
    /// The label of the law.
    pub law: &'static str,
    /// Which law.
    pub law_of: fn(Regime) -> &'static str,
    /// The label of for whom somebody asks.
    pub behalf: &'static str,
    /// For whom.
    pub behalf_of: fn(Behalf) -> &'static str,
    /// The label of when and how identity was proven.
    pub identified: &'static str,
    /// How.
    pub proof: fn(Proof) -> &'static str,
    /// The kind of a case.
    pub case_kind: fn(case::CaseKind) -> &'static str,
    /// The state of a case.
    pub case_state: fn(case::CaseState) -> &'static str,
    /// The kind of a request.
    pub request_kind: fn(request::RequestKind) -> &'static str,
    /// The state of a request.
    pub request_state: fn(&request::RequestState) -> &'static str,
    /// Who did something.
    pub by: fn(By) -> &'static str,
    /// What they did; before the instant, where there is one.
    pub event: fn(What) -> &'static str,
    /// The size of a file.
    pub bytes: fn(usize) -> String,
    /// The heading of the newsletters.
    pub mailing: &'static str,
    /// What is said there.
    pub mailing_hint: &'static str,
    /// That no newsletter is stopped.
    pub nothing_stopped: &'static str,
    /// The column of the list.
    pub list: &'static str,
    /// The words for every list.
    pub every_list: &'static str,
    /// A list that is no longer configured: its tag.
    pub former_list: fn(&str) -> String,
    /// The column of since when.
    pub since: &'static str,
    /// The column of how it came about.
    pub reason: &'static str,
    /// How it came about.
    pub reason_of: fn(Reason) -> &'static str,
    /// The heading of what changed.
    pub changes: &'static str,
    /// The column of when.
    pub when: &'static str,
    /// The column of what.
    pub what: &'static str,
    /// That mail was stopped, before how it came about.
    pub stopped: &'static str,
    /// That it was resumed.
    pub resumed: &'static str,
    /// The heading of the mails that wait.
    pub mails: &'static str,
    /// What they are.
    pub mails_hint: &'static str,
    /// The heading of the other files.
    pub files: &'static str,
    /// What `data.json` is.
    pub data_hint: &'static str,
    /// The link to what the names in it mean.
    pub schema: &'static str,
    /// What `messages.csv` is.
    pub table_hint: &'static str,
    /// What the folder is.
    pub files_hint: &'static str,
    /// That the package should be kept safe.
    pub keep_safe: &'static str,
}
