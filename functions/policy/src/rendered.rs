//! What an instance remembers of the answers that it rendered, as long as the policy is the same value.
//!
//! Rendering the policy's Markdown takes several times as long as all the rest of an answer, and nearly every request is for
//! one of the same few pages. Nothing in here depends on who asked.

use std::cell::RefCell;
use std::rc::Rc;

use desk_app::policy_cache::Current;
use desk_web::reply::Reply;
use desk_web::request::Locale;

use super::Format;

/// Which of the answers to `GET /policy`: everything of a request that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    /// The format.
    pub(super) format: Format,
    /// The format, if the address named it: the links of a page keep it.
    pub(super) named: Option<Format>,
    /// The language.
    pub(super) locale: Locale,
    /// Whether the page answers the signal of Global Privacy Control.
    pub(super) gpc: bool,
}

/// The answers that were rendered from one value of the policy. There are two dozen variants at the most.
#[derive(Default)]
struct RenderedAnswers {
    of: Option<Rc<Current>>,
    pages: Vec<(Variant, Reply)>,
    /// The answer that apps poll.
    manifest: Option<Reply>,
}

thread_local! {
    static RENDERED: RefCell<RenderedAnswers> = RefCell::default();
}

/// The page that was rendered before.
pub(super) fn page(current: &Rc<Current>, variant: Variant) -> Option<Reply> {
    of(current, |rendered| {
        let page = rendered.pages.iter().find(|(known, _)| *known == variant);
        page.map(|(_, reply)| reply.clone())
    })
}

/// Remembers a page.
pub(super) fn remember(current: &Rc<Current>, variant: Variant, reply: Reply) {
    of(current, |rendered| rendered.pages.push((variant, reply)));
}

/// The manifest that was rendered before.
pub(super) fn manifest(current: &Rc<Current>) -> Option<Reply> {
    of(current, |rendered| rendered.manifest.clone())
}

/// Remembers the manifest.
pub(super) fn remember_manifest(current: &Rc<Current>, reply: Reply) {
    of(current, |rendered| rendered.manifest = Some(reply));
}

/// Looks at what was rendered from this value of the policy; what was rendered from another one is forgotten.
fn of<T>(current: &Rc<Current>, look: impl FnOnce(&mut RenderedAnswers) -> T) -> T {
    RENDERED.with_borrow_mut(|rendered| {
        if !rendered.of.as_ref().is_some_and(|known| Rc::ptr_eq(known, current)) {
            *rendered =
                RenderedAnswers { of: Some(Rc::clone(current)), ..RenderedAnswers::default() };
        }
        look(rendered)
    })
}
