//! Unsubscribing: one click that every mailbox provider accepts (RFC 8058), a page that no scanner can trigger, and the
//! mailing preferences (promise P6).

mod pages;
mod preferences;
mod texts;

use desk_core::clock::zone::Zone;
use desk_core::keys::Subject;
use desk_core::suppression::{
    Link, PageId, Reason, Scope, Suppression, SuppressionChange, UNDO_SECONDS, Undo,
};
use desk_core::time::Timestamp;
use futures_util::future::try_join;
use http::StatusCode;

use desk_app::Desk;
use desk_app::Setup;
use desk_app::outbox::{self, Message};
use desk_app::ports::{Outbound, Store};
use desk_app::suppression::{Act, state};
use desk_core::json::Json;
use desk_web::fields::Fields;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::{After, Reply, ReplyWithOutgoing, Response};
use desk_web::request::{Locale, Request};
use desk_web::respond::respond;
use desk_web::routes::{BODY_LIMIT, Route, Routes};

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The page of an undo link, and its button.
    Undo,
    /// See [`Endpoint::Undo`].
    TakeBack,
    /// The page of an unsubscribe link.
    Link,
    /// Its button, and the one click of mail programs (RFC 8058).
    OptOut,
    /// Its other button: no newsletter at all.
    OptOutOfAll,
    /// The page on which lists are left with the link of any mail.
    Less,
    /// Its button.
    Leave,
    /// The receipt of an opt-out.
    Receipt,
    /// The page that has a link to the preferences mailed.
    Ask,
    /// Its button.
    MailLink,
    /// What that page says then.
    Sent,
    /// The preferences.
    Preferences,
    /// Their button.
    Save,
}

/// The routes of the function `unsubscribe`.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/u/undo/:token", Endpoint::Undo),
    Route::post("/u/undo/:token", BODY_LIMIT, Endpoint::TakeBack),
    Route::get("/u/:token", Endpoint::Link),
    Route::post("/u/:token", BODY_LIMIT, Endpoint::OptOut),
    Route::post("/u/:token/all", BODY_LIMIT, Endpoint::OptOutOfAll),
    Route::get("/u/:token/less", Endpoint::Less),
    Route::post("/u/:token/less", BODY_LIMIT, Endpoint::Leave),
    Route::get("/u/:token/receipt.json", Endpoint::Receipt),
    Route::get("/unsubscribe", Endpoint::Ask),
    Route::post("/unsubscribe", BODY_LIMIT, Endpoint::MailLink),
    Route::get("/unsubscribe/sent", Endpoint::Sent),
    Route::get("/unsubscribe/preferences/:token", Endpoint::Preferences),
    Route::post("/unsubscribe/preferences/:token", BODY_LIMIT, Endpoint::Save),
]);

/// Answers a request to the function `unsubscribe`.
pub async fn serve<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Response {
    let locale = request.locale(&desk.setup.profile);
    match route(desk, request, locale).await {
        Ok(ReplyWithOutgoing { reply, outgoing }) => {
            let mut response = reply.finish(request);
            if response.status.is_success() || response.status.is_redirection() {
                response.after = outbox::after(desk, outgoing).map(After::new);
            }
            response
        }
        Err(problem) => respond(&desk.setup.profile, request, locale, Err(problem)),
    }
}

async fn route<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<ReplyWithOutgoing<Vec<Message>>, Problem> {
    // What is wrong with the lists is told before anything is done.
    desk.setup.mailing()?;
    let (endpoint, parameters) = ROUTES.find(request)?;
    let token = parameters.first().copied().unwrap_or_default();
    let link = || Link::redeem(&desk.setup.keys, token).ok_or(Problem::NotALink);
    let undo = || Undo::redeem(&desk.setup.keys, token, desk.now()).ok_or(Problem::NotALink);
    Ok(match endpoint {
        Endpoint::Undo => {
            link_page(locale, pages::undo(desk.setup, request, locale, undo()?)).into()
        }
        Endpoint::TakeBack => take_back(desk, request, locale, undo()?).await?,
        Endpoint::Link => page(desk, request, locale, link()?, token).into(),
        Endpoint::OptOut => {
            let link = link()?;
            opt_out(desk, request, locale, (link, token), Scope::List(link.list)).await?
        }
        Endpoint::OptOutOfAll => {
            opt_out(desk, request, locale, (link()?, token), Scope::All).await?
        }
        Endpoint::Less => {
            link_page(locale, pages::less(desk.setup, request, locale, link()?, token)).into()
        }
        Endpoint::Leave => preferences::less(desk, request, locale, (link()?, token)).await?,
        Endpoint::Receipt => receipt(desk, link()?).await?.into(),
        Endpoint::Ask => {
            let asked = pages::AddressEntry::default();
            link_page(locale, pages::ask(desk.setup, request, locale, &asked)).into()
        }
        Endpoint::MailLink => preferences::ask(desk, request, locale).await?,
        Endpoint::Sent => link_page(locale, pages::sent(desk.setup, request, locale)).into(),
        Endpoint::Preferences => preferences::show(desk, request, locale, token).await?.into(),
        Endpoint::Save => preferences::save(desk, request, locale, token).await?,
    })
}

/// A page behind a link that carries a token, or beside one: for nobody's cache and nobody's index.
fn link_page(locale: Locale, page: maud::Markup) -> Reply {
    Reply::page(StatusCode::OK, locale.lang, page)
        .header("x-robots-tag", "noindex")
        .vary("Accept, Accept-Language")
}

/// The page of a link. It reads nothing and changes nothing, whoever fetches it and however often: mail scanners do.
fn page<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    link: Link,
    token: &str,
) -> Reply {
    if negotiate::wants_json(&request.headers) {
        let list = desk.setup.lists().by_tag(link.list);
        let json = Json::object(|json| {
            json.text("scope", &desk.setup.lists().scope_name(Scope::List(link.list)));
            json.maybe("name", list.map(|list| list.name(locale.lang)));
            json.maybe("address", link.mask.masked().as_deref());
        });
        return Reply::json_text(StatusCode::OK, json).vary("Accept, Accept-Language");
    }
    let id = PageId::new(desk.moment.draw());
    link_page(locale, pages::link(desk.setup, request, locale, (link, token), id))
}

/// What a POST to a link says.
struct LinkPost {
    reason: Reason,
    page: Option<PageId>,
}

/// Reads what a POST says. Whatever it says, the link alone is the authority (RFC 8058 section 3.2): a body that cannot be
/// read stops mail as well, for some clients forget it.
fn read_post(request: &Request) -> Result<LinkPost, Problem> {
    // One that was not sent whole is sent again.
    request.whole_body()?;
    let Ok(fields) = Fields::read(request) else {
        return Ok(LinkPost { reason: Reason::Bare, page: None });
    };
    let one_click = fields.peek("List-Unsubscribe").is_some_and(|value| value == "One-Click");
    let page = fields.peek("page").and_then(PageId::from_text);
    let reason = match (one_click, page) {
        (true, _) => Reason::OneClick,
        (false, Some(_)) => Reason::Form,
        (false, None) => Reason::Bare,
    };
    Ok(LinkPost { reason, page })
}

/// Stops mail. The state and the journal are written side by side; for a person, who may undo it, what held before is read
/// beside them.
async fn opt_out<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (link, token): (Link, &str),
    scope: Scope,
) -> Result<ReplyWithOutgoing<Vec<Message>>, Problem> {
    let said = read_post(request)?;
    let act = Act {
        subject: link.subject,
        scope,
        reason: said.reason,
        page: said.page,
        at: desk.now(),
        expires: None,
    };
    let person = said.reason != Reason::OneClick && negotiate::reads_html(&request.headers);
    if !person {
        let change = desk.suppress(act).await?;
        let outgoing = vec![Message::by_link(desk.setup.lists(), change)];
        let reply = if negotiate::wants_json(&request.headers) {
            Reply::json_text(StatusCode::OK, confirmation(desk.setup, &change))
                .vary("Accept, Accept-Language")
        } else {
            // Some providers show it, most do not read it.
            Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", "Unsubscribed.\n")
        };
        return Ok(ReplyWithOutgoing { reply, outgoing });
    }
    let read = desk.suppression(link.subject, scope);
    let (earlier, change) = try_join(read, desk.suppress(act)).await?;
    let outgoing = vec![Message::by_link(desk.setup.lists(), change)];
    let undo = may_undo(earlier.as_ref(), &said).then(|| {
        let at = desk.now();
        let undo = Undo { subject: link.subject, scope, at };
        (undo.mint(&desk.setup.keys), at.plus_seconds(UNDO_SECONDS))
    });
    let done = pages::MadeOptOut { scope, token, undo };
    let reply = link_page(locale, pages::done(desk.setup, request, locale, &done));
    Ok(ReplyWithOutgoing { reply, outgoing })
}

/// Whether an opt-out may be undone from the page that confirms it: only where nothing was suppressed before, for else
/// whoever was forwarded a mail could press both buttons and sign a person up who had opted out. The same page sent twice is
/// one act.
fn may_undo(earlier: Option<&Suppression>, said: &LinkPost) -> bool {
    earlier.is_none_or(|earlier| earlier.page.is_some() && earlier.page == said.page)
}

fn confirmation(setup: &Setup, change: &SuppressionChange) -> String {
    let scope = setup.lists().scope_name(change.scope);
    Json::object(|json| outbox::describe(json, &scope, change))
}

/// Undoes an opt-out that the person made with a link of ours; what others entered since stays.
async fn take_back<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    undo: Undo,
) -> Result<ReplyWithOutgoing<Vec<Message>>, Problem> {
    let asked = [(undo.subject, undo.scope), (undo.subject, Scope::All)];
    let mut found = desk.suppressions(&asked).await?.into_iter();
    let (found, all) = (found.next().flatten(), found.next().flatten());
    let mut outgoing = Vec::new();
    if found.is_some_and(|found| found.reason.is_the_persons()) {
        let change = desk.lift(undo.subject, undo.scope).await?;
        outgoing.push(Message::by_link(desk.setup.lists(), change));
    }
    let all_stopped = undo.scope != Scope::All && all.is_some();
    let page = pages::undone(desk.setup, request, locale, undo.scope, all_stopped);
    Ok(ReplyWithOutgoing { reply: link_page(locale, page), outgoing })
}

/// What is suppressed for the person of a link, signed, so that it can be shown to anybody later. It names no address.
async fn receipt<S: Store>(desk: &Desk<'_, S>, link: Link) -> Result<Reply, Problem> {
    let scopes = [Scope::List(link.list), Scope::All];
    let asked = scopes.map(|scope| (link.subject, scope));
    let found = desk.suppressions(&asked).await?;
    let held: Vec<(Scope, Suppression)> =
        scopes.into_iter().zip(found).filter_map(|(scope, found)| Some((scope, found?))).collect();
    // Nothing was stopped, so there is nothing to certify.
    if held.is_empty() {
        return Err(Problem::NotFound);
    }
    let setup = desk.setup;
    let claims = |json: &mut Json| {
        json.text("type", "opt-out");
        json.text("issuer", &setup.profile.base_url);
        json.text("app", &setup.profile.app_name);
        json.shown("subject", &link.subject);
        json.list("suppressed", |list| {
            for (scope, suppression) in &held {
                list.nest("", |json| state(json, setup, *scope, suppression));
            }
        });
    };
    let jws = setup.keys.sign(Json::object(claims).as_bytes());
    let json = Json::object(|json| {
        json.nest("receipt", claims);
        json.text("jws", &jws);
        json.shown("keys", &format_args!("{}/.well-known/desk-keys.json", setup.profile.base_url));
    });
    Ok(Reply::json_text(StatusCode::OK, json)
        .header("x-robots-tag", "noindex")
        .download("opt-out.receipt.json"))
}

/// What a person's lists are, for the pages of preferences: every list with what holds, and what holds for all.
struct Standing {
    lists: Vec<Option<Suppression>>,
    all: Option<Suppression>,
    bounce: Option<Suppression>,
    complaint: Option<Suppression>,
}

impl Standing {
    async fn load<S: Store>(desk: &Desk<'_, S>, subject: Subject) -> Result<Self, Problem> {
        let mut asked =
            vec![(subject, Scope::All), (subject, Scope::Bounce), (subject, Scope::Complaint)];
        asked.extend(desk.setup.lists().iter().map(|list| (subject, Scope::List(list.tag))));
        let mut found = desk.suppressions(&asked).await?.into_iter();
        let (all, bounce, complaint) =
            (found.next().flatten(), found.next().flatten(), found.next().flatten());
        Ok(Self { lists: found.collect(), all, bounce, complaint })
    }
}

/// The day until which something works, for people: the operator's, or UTC's where the zone is configured wrongly, for which
/// nobody is kept from opting out.
fn day(setup: &Setup, locale: Locale, at: Timestamp) -> String {
    let zone = setup.zone().unwrap_or_else(|_| Zone::utc());
    locale.lang.date(zone.date(at))
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>);
