//! What the link of a request leads to once its erasure is done: the act, which names nobody.

use desk_core::erasure::DestructionAct;
use desk_core::request::RequestKey;
use http::StatusCode;
use maud::{Markup, html};

use super::pages::framed;
use super::secret;
use crate::texts;
use desk_app::Desk;
use desk_app::Setup;
use desk_app::erasure::acts;
use desk_app::paths::request_path;
use desk_app::ports::Store;
use desk_web::form;
use desk_web::negotiate;
use desk_web::page::Place;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};

async fn find<S: Store>(desk: &Desk<'_, S>, key: &RequestKey) -> Result<DestructionAct, Problem> {
    acts::find(desk, key.id).await?.ok_or(Problem::NotFound)
}

/// Shows what was erased, as a page or as JSON. For where no request was found.
///
/// # Errors
/// [`Problem::NotFound`] if there is no act either.
pub(super) async fn show<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let act = find(desk, &key).await?;
    Ok(secret(if negotiate::wants_json(&request.headers) {
        // The opening went last, so all is gone.
        Reply::json_text(StatusCode::OK, acts::document(desk.setup, &act, None, true))
    } else {
        let page = page(desk.setup, request, locale, &key, &act)?;
        Reply::page(StatusCode::OK, locale.lang, page)
    }))
}

/// The signed receipt of an erasure.
///
/// # Errors
/// As for [`show`].
pub(super) async fn receipt<S: Store>(
    desk: &Desk<'_, S>,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let act = find(desk, &key).await?;
    let reply = Reply::json_text(StatusCode::OK, acts::receipt(desk.setup, &act));
    Ok(secret(reply).download(&format!("{}.receipt.json", act.reference())))
}

fn page(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    key: &RequestKey,
    act: &DestructionAct,
) -> Result<Markup, Problem> {
    let t = texts::request_status(locale.lang);
    let words = desk_documents::texts::erasure(locale.lang);
    let date = locale.lang.date(setup.clocks()?.zone.date(act.at));
    let main = html! {
        h1 { (t.erased_title) }
        p.lead { (t.erased) }
        div.ticket {
            p { (t.reference_hint) }
            (form::reference(act.reference()))
        }
        p { (words.date) ": " time datetime=(act.at) { (date) } }
        h2 { (words.categories) }
        ul { @for of in &act.destroyed { li { ((words.category)(of.category)) ": " (of.count) } } }
        h2 { (words.kept) }
        ul {
            @for stay in &act.stays {
                li {
                    ((words.stay)(*stay))
                    @if let Some(reference) = stay.reference() { " " (reference) }
                    ": " ((words.ground)(stay.ground()))
                }
            }
        }
        ul.links {
            li { a href=(format!("{}/receipt.json", request_path(setup, key))) download { (t.get_act) } }
        }
    };
    Ok(framed(setup, request, locale, t.erased_title, Place::Elsewhere, main))
}
