//! Data requests: from the form to the answer, under a clock that is exactly the law's (promises P8, P10 and P13).
//!
//! Three links lead to a request, and each can do one thing. Whoever files one gets a pending link, where a code can be
//! entered and nothing can be read. The mail to the address has a link that proves who asks. Only then there is a status
//! link, and whoever filed a request in somebody else's name never has it.

mod assertion;
mod changes;
pub(crate) mod clock;
mod erased;
pub mod identity;
mod package;
mod pages;
pub mod status;
mod status_page;
mod submission;
mod texts;
pub(crate) mod wire;

pub use package::archive;

use desk_core::fault::Fault;
use desk_core::journal::Place as _;
use desk_core::keys::Purpose;
use desk_core::request::{self, RequestKey};

use desk_app::Desk;
use desk_app::Setup;
use desk_app::cases;
use desk_app::outbox::{self, QueuedMail};
use desk_app::ports::{Outbound, Store};
use desk_web::fields::Encoding;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::{After, Reply, ReplyWithOutgoing, Response};
use desk_web::request::{Locale, Request};
use desk_web::respond::{Refusal, respond, respond_json};
use desk_web::routes::{BODY_LIMIT, FILES_LIMIT, Route, Routes};

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The empty form of one of the doors of requests.
    Form(request::RequestDoor),
    /// What was sent through it.
    File(request::RequestDoor),
    /// The page where identity is proven, and whether another mail was just sent.
    Pending(identity::IdentityNotice),
    /// The code of a mail.
    Code,
    /// The wish for another mail.
    Resend,
    /// What the app's backend asserts.
    Assertion,
    /// The page behind the link of a mail.
    Confirm,
    /// Its button.
    Proof,
    /// Its other button: somebody else asked in this person's name.
    NotMe,
    /// The request, after the person did this.
    Status(Option<status::LastAction>),
    /// The request as JSON, to be saved.
    Request,
    /// The receipt of the request, or of its erasure.
    Receipt,
    /// A file of the request.
    Attachment,
    /// A further message.
    Message,
    /// The withdrawal.
    Withdraw,
    /// The package.
    Package,
}

/// The routes of the function `data-requests`.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/requests", Endpoint::Form(request::RequestDoor::Form)),
    Route::post("/requests", FILES_LIMIT, Endpoint::File(request::RequestDoor::Form)),
    Route::get("/delete-account", Endpoint::Form(request::RequestDoor::DeleteAccount)),
    Route::post(
        "/delete-account",
        FILES_LIMIT,
        Endpoint::File(request::RequestDoor::DeleteAccount),
    ),
    Route::get("/delete-data", Endpoint::Form(request::RequestDoor::DeleteData)),
    Route::post("/delete-data", FILES_LIMIT, Endpoint::File(request::RequestDoor::DeleteData)),
    Route::get("/requests/pending/:token", Endpoint::Pending(identity::IdentityNotice::Nothing)),
    Route::get(
        "/requests/pending/:token/resent",
        Endpoint::Pending(identity::IdentityNotice::Resent),
    ),
    Route::post("/requests/pending/:token/code", BODY_LIMIT, Endpoint::Code),
    Route::post("/requests/pending/:token/resend", BODY_LIMIT, Endpoint::Resend),
    Route::post("/requests/pending/:token/assertion", BODY_LIMIT, Endpoint::Assertion),
    Route::get("/requests/confirm/:token", Endpoint::Confirm),
    Route::post("/requests/confirm/:token", BODY_LIMIT, Endpoint::Proof),
    Route::post("/requests/confirm/:token/not-me", BODY_LIMIT, Endpoint::NotMe),
    Route::get("/requests/status/:token", Endpoint::Status(None)),
    Route::get(
        "/requests/status/:token/confirmed",
        Endpoint::Status(Some(status::LastAction::Confirmed)),
    ),
    Route::get("/requests/status/:token/added", Endpoint::Status(Some(status::LastAction::Added))),
    Route::get(
        "/requests/status/:token/withdrawn",
        Endpoint::Status(Some(status::LastAction::Withdrawn)),
    ),
    Route::get("/requests/status/:token/request.json", Endpoint::Request),
    Route::get("/requests/status/:token/receipt.json", Endpoint::Receipt),
    Route::get("/requests/status/:token/attachments/:number", Endpoint::Attachment),
    Route::post("/requests/status/:token/messages", BODY_LIMIT, Endpoint::Message),
    Route::post("/requests/status/:token/withdraw", BODY_LIMIT, Endpoint::Withdraw),
    Route::post("/requests/status/:token/package", BODY_LIMIT, Endpoint::Package),
]);

/// What an endpoint answers: most of them with a reply that is held in memory, and with a mail that goes out behind it.
enum Answer {
    Reply(ReplyWithOutgoing<Option<QueuedMail>>),
    /// The package, which is given out as it is read.
    Stream(Response),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply.into())
    }
}

impl From<ReplyWithOutgoing<Option<QueuedMail>>> for Answer {
    fn from(answered: ReplyWithOutgoing<Option<QueuedMail>>) -> Self {
        Self::Reply(answered)
    }
}

/// Answers a request to the function `data-requests`.
pub async fn serve<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Response {
    let locale = request.locale(&desk.setup.profile);
    let (endpoint, parameters) = match ROUTES.find(request) {
        Ok(found) => found,
        Err(problem) => return respond(&desk.setup.profile, request, locale, Err(problem)),
    };
    // The app's backend is a program, whatever it says that it accepts.
    if endpoint == Endpoint::Assertion {
        let token = parameters.first().copied().unwrap_or_default();
        return respond_json(
            &desk.setup.profile,
            request,
            locale,
            assertion::take(desk, request, token).await,
        );
    }
    match answer(desk, request, locale, endpoint, &parameters).await {
        Ok(Answer::Reply(ReplyWithOutgoing { reply, outgoing })) => {
            let mut response = reply.finish(request);
            response.after = outbox::after(desk, outgoing).map(After::new);
            response
        }
        Ok(Answer::Stream(response)) => response,
        Err(refused) => respond(&desk.setup.profile, request, locale, Err(refused)),
    }
}

async fn answer<S: Store + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    endpoint: Endpoint,
    parameters: &[&str],
) -> Result<Answer, Refusal> {
    let token = parameters.first().copied().unwrap_or_default();
    let link = |purpose| key(desk.setup, purpose, token);
    let pending = || link(Purpose::PendingLink);
    let mailed = || link(Purpose::IdentityLink);
    let status = || link(Purpose::RequestLink);
    Ok(match endpoint {
        Endpoint::Form(door) => submission::show(desk, request, locale, door)?.into(),
        Endpoint::File(door) => submission::submit(desk, request, locale, door).await?.into(),
        Endpoint::Pending(said) => {
            identity::pending(desk, request, locale, pending()?, said).await?.into()
        }
        Endpoint::Code => identity::code(desk, request, locale, pending()?).await?.into(),
        Endpoint::Resend => identity::resend(desk, request, locale, pending()?).await?.into(),
        Endpoint::Assertion => return Err(Problem::NotFound.into()),
        Endpoint::Confirm => identity::question(desk, request, locale, mailed()?).await?.into(),
        Endpoint::Proof => identity::confirm(desk, request, locale, mailed()?).await?.into(),
        Endpoint::NotMe => identity::not_me(desk, request, locale, mailed()?).await?.into(),
        Endpoint::Message => changes::add_message(desk, request, locale, status()?).await?.into(),
        Endpoint::Withdraw => changes::withdraw(desk, request, locale, status()?).await?.into(),
        Endpoint::Package => {
            Answer::Stream(package::fetch(desk, request, locale, status()?).await?)
        }
        Endpoint::Status(done) => {
            status::show(desk, request, locale, (status()?, token), done).await?.into()
        }
        Endpoint::Request => status::save(desk, request, locale, status()?).await?.into(),
        Endpoint::Receipt => status::receipt(desk, status()?).await?.into(),
        Endpoint::Attachment => {
            let number = parameters.get(1).copied().unwrap_or_default();
            status::attachment(desk, status()?, number).await?.into()
        }
    })
}

/// Reads the token of a link. One that is forged, cut or of another purpose is answered as one that expired.
fn key(setup: &Setup, purpose: Purpose, token: &str) -> Result<RequestKey, Problem> {
    setup.keys.redeem(purpose, token).map(RequestKey::from_bytes).ok_or(Problem::NotFound)
}

async fn load<S: Store>(desk: &Desk<'_, S>, key: RequestKey) -> Result<request::Request, Fault> {
    cases::load(desk, &key).await?.ok_or(Fault::NotFound)
}

/// Adds what belongs on every answer behind a secret link.
fn secret(reply: Reply) -> Reply {
    reply.header("x-robots-tag", "noindex").vary("Accept, Accept-Language")
}

/// Whether the answer to a form or a body is to be a page.
fn wants_page(request: &Request, encoding: Encoding) -> bool {
    negotiate::reads_html(&request.headers)
        || (encoding == Encoding::Form && !negotiate::wants_json(&request.headers))
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>);
