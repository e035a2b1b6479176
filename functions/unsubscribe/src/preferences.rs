//! Preferences: less mail with the link of any mail, everything with a link that was mailed to the address.

use desk_core::email::EmailAddress;
use desk_core::keys::Subject;
use desk_core::suppression::{
    Link, PREFERENCES_SECONDS, PreferencesLink, Reason, Scope, SuppressionChange,
};
use futures_util::future::{try_join, try_join_all};
use http::StatusCode;

use super::{Standing, link_page, pages};
use crate::texts;
use desk_app::Desk;
use desk_app::limiter::{self, Limit};
use desk_app::outbox::{self, Message};
use desk_app::ports::Store;
use desk_app::sender::{Mail, MailLimit};
use desk_app::suppression::{Act, state};
use desk_core::json::Json;
use desk_web::fields::{Encoding, FieldValue, Fields};
use desk_web::negotiate;
use desk_web::problem::{FieldError, Problem, RateLimit};
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::{Locale, Request};

/// Leaves lists, with the link of any mail. It shows nothing of what holds and can only stop mail, so that a mail which was
/// forwarded gives nothing away.
pub(super) async fn less<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (link, token): (Link, &str),
) -> Result<ReplyWithOutgoing<Vec<Message>>, Problem> {
    let mut fields = Fields::read(request)?;
    let chosen = scopes(desk, &mut fields, "stop");
    fields.finish().map_err(Problem::InvalidFields)?;
    let acts = chosen.iter().map(|scope| desk.suppress(act(desk, link.subject, *scope)));
    let changes = try_join_all(acts).await?;
    let page = pages::stopped(desk.setup, request, locale, &chosen, token);
    Ok(ReplyWithOutgoing { reply: link_page(locale, page), outgoing: notices(desk, changes) })
}

fn notices<S>(
    desk: &Desk<'_, S>,
    changes: impl IntoIterator<Item = SuppressionChange>,
) -> Vec<Message> {
    let lists = desk.setup.lists();
    changes.into_iter().map(|change| Message::by_link(lists, change)).collect()
}

fn act<S>(desk: &Desk<'_, S>, subject: Subject, scope: Scope) -> Act {
    let at = desk.now();
    Act { subject, scope, reason: Reason::Preferences, page: None, at, expires: None }
}

/// Takes every scope that a field names: a form repeats the field, JSON gives a list.
fn scopes<S>(desk: &Desk<'_, S>, fields: &mut Fields, name: &'static str) -> Vec<Scope> {
    let mut values = Vec::new();
    for value in fields.take(name) {
        match value {
            FieldValue::List(items) => values.extend(items),
            value => values.push(value),
        }
    }
    let mut scopes = Vec::new();
    for value in values {
        let scope = match &value {
            FieldValue::Text(text) => match desk.setup.lists().scope(text) {
                Some(scope @ (Scope::List(_) | Scope::All)) => Ok(scope),
                Some(Scope::Bounce | Scope::Complaint) | None => Err("unknown-list"),
            },
            _ => Err("not-text"),
        };
        match scope {
            Ok(scope) if scopes.contains(&scope) => {}
            Ok(scope) => scopes.push(scope),
            Err(code) => fields.error(name, code),
        }
    }
    scopes
}

/// What one client may ask for, and what one address may be sent.
fn limit<'a, S>(desk: &'a Desk<'_, S>) -> Result<Limit<'a>, Problem> {
    Ok(Limit { area: "preferences", limits: &desk.setup.mailing()?.preferences_limits })
}

/// Has a link mailed to an address. The answer, and the calls to the store, are the same for every address.
pub(super) async fn ask<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<ReplyWithOutgoing<Vec<Message>>, Problem> {
    let mut fields = Fields::read(request)?;
    let page = negotiate::reads_html(&request.headers) || fields.encoding == Encoding::Form;
    let written = fields.peek("email").unwrap_or_default().to_owned();
    let email =
        fields.parse("email", |text| text.parse::<EmailAddress>().map_err(|_| "not-an-address"));
    fields.require("email", &email);
    if let Err(errors) = fields.finish() {
        if !page {
            return Err(Problem::InvalidFields(errors));
        }
        return Ok(again(desk, request, locale, &written, &errors).into());
    }
    let Some(email) = email else {
        return Err(Problem::Internal("a required address is missing".into()));
    };
    let subject = desk.setup.keys.subject(&email);
    let who = subject.to_bytes();
    let (client, address) = try_join(
        limiter::check(desk, request.client_address(&desk.setup.client_address), limit(desk)?),
        limiter::check_for(desk, &who, limit(desk)?),
    )
    .await?;
    client.admit(desk)?;
    let expires = desk.now().plus_seconds(PREFERENCES_SECONDS);
    let link = PreferencesLink { subject, expires }.mint(&desk.setup.keys);
    let url =
        desk.setup.profile.mailed_url(locale.lang, &format!("/unsubscribe/preferences/{link}"));
    let t = texts::unsubscribe(locale.lang);
    let app = &desk.setup.profile.app_name;
    let mail = Mail {
        to: email,
        lang: locale.lang,
        subject: (t.mail_subject)(app).into(),
        text: (t.mail_text)(app, &url),
        expires,
        limit: Some(MailLimit::Preferences),
    };
    let id = desk.moment.id();
    // An address that has had enough mails gets no more of them, and its owner is not told on.
    let outgoing = if address.admit(desk).is_ok() {
        let counted = try_join(client.count(desk), address.count(desk));
        let (posted, _) = try_join(outbox::put(desk, id, mail), counted).await?;
        vec![Message::Mail(posted)]
    } else {
        client.count(desk).await?;
        Vec::new()
    };
    let reply = if page {
        Reply::see_other(&locale.href("/unsubscribe/sent"))
    } else {
        Reply::json_text(StatusCode::ACCEPTED, "{\"status\":\"sent\"}".to_owned())
    };
    Ok(ReplyWithOutgoing { reply: RateLimit::from(client.verdict()).apply(reply), outgoing })
}

fn again<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    written: &str,
    errors: &[FieldError],
) -> Reply {
    let missing = errors.iter().any(|error| error.code == "missing");
    let asked = pages::AddressEntry { written, wrong: Some(missing) };
    let page = pages::ask(desk.setup, request, locale, &asked);
    Reply::page(StatusCode::UNPROCESSABLE_ENTITY, locale.lang, page)
        .header("x-robots-tag", "noindex")
        .vary("Accept, Accept-Language")
}

fn redeem<S>(desk: &Desk<'_, S>, token: &str) -> Result<PreferencesLink, Problem> {
    PreferencesLink::redeem(&desk.setup.keys, token, desk.now()).ok_or(Problem::NotALink)
}

/// Shows everything, for whoever received the mail.
pub(super) async fn show<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    token: &str,
) -> Result<Reply, Problem> {
    let link = redeem(desk, token)?;
    shown_as_saved(desk, request, locale, link.subject, false).await
}

/// Saves what whoever received the mail chose, and shows everything.
pub(super) async fn save<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    token: &str,
) -> Result<ReplyWithOutgoing<Vec<Message>>, Problem> {
    let link = redeem(desk, token)?;
    let mut fields = Fields::read(request)?;
    let mut wanted = scopes(desk, &mut fields, "send");
    let nothing = scopes(desk, &mut fields, "stop").contains(&Scope::All);
    fields.finish().map_err(Problem::InvalidFields)?;
    let standing = Standing::load(desk, link.subject).await?;
    if nothing {
        wanted.clear();
    }
    let mut lifted: Vec<Scope> = Vec::new();
    let mut stopped: Vec<Scope> = Vec::new();
    for (list, held) in desk.setup.lists().iter().zip(&standing.lists) {
        let scope = Scope::List(list.tag);
        match (wanted.contains(&scope), held) {
            (true, Some(_)) => lifted.push(scope),
            (false, None) => stopped.push(scope),
            (true, None) | (false, Some(_)) => {}
        }
    }
    match (nothing, &standing.all) {
        (true, None) => stopped.push(Scope::All),
        (false, Some(_)) => lifted.push(Scope::All),
        (true, Some(_)) | (false, None) => {}
    }
    // Whoever reads this mail has a mailbox that works, and says anew what they want.
    if !wanted.is_empty() {
        lifted.extend(standing.bounce.as_ref().map(|_| Scope::Bounce));
        lifted.extend(standing.complaint.as_ref().map(|_| Scope::Complaint));
    }
    let lifts = try_join_all(lifted.iter().map(|scope| desk.lift(link.subject, *scope)));
    let stops =
        try_join_all(stopped.iter().map(|scope| desk.suppress(act(desk, link.subject, *scope))));
    let (lifts, stops) = try_join(lifts, stops).await?;
    let outgoing = notices(desk, lifts.into_iter().chain(stops));
    let reply = shown_as_saved(desk, request, locale, link.subject, true).await?;
    Ok(ReplyWithOutgoing { reply, outgoing })
}

/// The preferences as they are now, and whether they were just saved.
async fn shown_as_saved<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    subject: Subject,
    saved: bool,
) -> Result<Reply, Problem> {
    let standing = Standing::load(desk, subject).await?;
    if negotiate::wants_json(&request.headers) {
        return Ok(Reply::json_text(StatusCode::OK, json(desk, &standing, locale))
            .vary("Accept, Accept-Language"));
    }
    let page = pages::preferences(desk.setup, request, locale, &standing, saved);
    Ok(link_page(locale, page))
}

fn json<S>(desk: &Desk<'_, S>, standing: &Standing, locale: Locale) -> String {
    let setup = desk.setup;
    Json::object(|json| {
        json.list("lists", |lists| {
            for (list, held) in setup.lists().iter().zip(&standing.lists) {
                lists.nest("", |json| {
                    json.text("list", list.id.as_str());
                    json.text("name", list.name(locale.lang));
                    json.text("description", list.description(locale.lang));
                    json.flag("suppressed", held.is_some());
                });
            }
        });
        json.list("suppressed", |all| {
            let every = [
                (Scope::All, &standing.all),
                (Scope::Bounce, &standing.bounce),
                (Scope::Complaint, &standing.complaint),
            ];
            for (scope, held) in every {
                if let Some(held) = held {
                    all.nest("", |json| state(json, setup, scope, held));
                }
            }
        });
    })
}
