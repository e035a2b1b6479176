//! The package of a request, given to whoever has both the status link and the key that was mailed.

use std::pin::Pin;

use bytes::Bytes;
use desk_core::package::PackageSecret;
use desk_core::request::RequestKey;
use http::{Method, header};
use maud::{Markup, html};

use super::pages::framed;
use super::{load, secret, wants_page};
use crate::texts;
use desk_app::Desk;
use desk_app::packages::{self, Download};
use desk_app::paths::request_path;
use desk_app::ports::Store;
use desk_web::fields::Fields;
use desk_web::form::{Errors, Trouble};
use desk_web::page::Place;
use desk_web::problem::Problem;
use desk_web::reply::{Chunks, Reply, Response, Rest};
use desk_web::request::{Locale, Request};
use desk_web::respond::Refusal;

/// Gives out the archive as it is read, never all of it in memory.
pub(super) async fn fetch<S: Store + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Response, Refusal> {
    let mut fields = Fields::read(request)?;
    let page = wants_page(request, fields.encoding);
    let given = fields.parse("secret", |text| match text.trim() {
        "" => Err("missing"),
        text => text.parse::<PackageSecret>().map_err(|_| "wrong-secret"),
    });
    fields.require("secret", &given);
    let read = fields.finish().map_err(Problem::InvalidFields);
    let case = load(desk, key).await?;
    let package = case.package(desk.now()).ok_or(Problem::NotFound)?;
    let opened = match (read, given) {
        (Ok(()), Some(given)) => {
            packages::download(desk, &package, &given).await.map_err(Problem::from)
        }
        (Ok(()), None) => Err(Problem::Internal("a required secret is missing".into())),
        (Err(problem), _) => Err(problem),
    };
    match opened {
        Ok(download) => Ok(archive(request, download, &case.reference().to_string())),
        Err(problem) => {
            let form = Trouble::of(&problem).filter(|_| page).map(|trouble| {
                let markup = form(desk, request, locale, &key, trouble);
                let reply = Reply::page(trouble.status(), locale.lang, markup);
                secret(trouble.headers(reply))
            });
            Err(Refusal { form, problem })
        }
    }
}

/// Answers with the archive, under the name `<name>.zip`. Its length is said, so that a client sees where it stands, and that it was cut.
pub fn archive<S: Store + 'static>(
    request: &Request,
    download: Download<S>,
    name: &str,
) -> Response {
    let size = download.size();
    let name = format!("{name}.zip");
    let reply = Reply::sandboxed("application/zip", Bytes::new()).download(&name);
    let mut response = reply.finish(request);
    if request.method != Method::HEAD {
        response = response.followed_by(Rest::new(Archive(download)));
    }
    response.headers.insert(header::CONTENT_LENGTH, size.into());
    response
}

/// The archive as the rest of an answer.
struct Archive<S>(Download<S>);

impl<S: Store + 'static> Chunks for Archive<S> {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>, Problem>> + '_>> {
        Box::pin(async { Ok(self.0.next().await?) })
    }
}

/// The form that came back, and what is wrong with it. The key is not in it: whoever sees this page has not shown that it
/// is theirs.
fn form<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: &RequestKey,
    trouble: Trouble<'_>,
) -> Markup {
    let t = texts::package_form(locale.lang);
    let errors = Errors::new(locale.lang, trouble.errors(), t.field_error, "");
    let path = request_path(desk.setup, key);
    let action = format!("{}#errors", locale.href(&format!("{path}/package")));
    let main = html! {
        h1 { (t.title) }
        (errors.summary(locale, trouble, false))
        form method="post" action=(action) novalidate {
            div.field {
                label for="secret" { (t.secret_label) }
                p.hint id="secret-hint" { (t.secret_hint) }
                (errors.note("secret"))
                input id="secret" name="secret" autocomplete="off" autocapitalize="characters" spellcheck="false"
                    required aria-describedby=(errors.described("secret", true)) aria-invalid=[errors.invalid("secret")];
            }
            div.actions { button { (t.get) } }
        }
        p { a href=(locale.href(&path)) { (t.back) } }
    };
    let title = format!("{}: {}", desk_web::texts::form(locale.lang).error, t.title);
    framed(desk.setup, request, locale, &title, Place::Elsewhere, main)
}
