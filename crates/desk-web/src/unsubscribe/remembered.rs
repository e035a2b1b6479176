//! The page of a link, rendered once in an instance for each list: what differs from person to person has a length that
//! never changes, and is put in its place.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use desk_core::lang::Lang;
use desk_core::suppression::{Link, ListTag, PageId};
use http::{Method, StatusCode};

use super::{page_of, wants_json};
use crate::desk::Desk;
use crate::reply::{Prepared, Reply, Response};
use crate::request::{Locale, Request};

/// What this instance remembers of the pages of links.
#[derive(Debug, Default)]
pub(super) struct Pages {
    links: RefCell<Vec<(Shape, Rc<Kept>)>>,
    /// What a mail client is answered that stopped mail by one click.
    unsubscribed: OnceCell<Prepared>,
}

impl Pages {
    /// The answer to a mail client that stopped mail.
    pub(super) fn unsubscribed(&self) -> Reply {
        let make = || {
            // Some providers show it, most do not read it.
            Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", "Unsubscribed.\n")
                .prepare()
        };
        self.unsubscribed.get_or_init(make).again()
    }
}

/// What pages of the same shape have in common: all but token, page id and masked address, and how long these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    lang: Lang,
    list: ListTag,
    /// How many bytes the masked address has; none where there is none.
    mask: usize,
}

/// A page, and where in it stands what differs.
#[derive(Debug)]
struct Kept {
    page: Prepared,
    tokens: Vec<usize>,
    ids: Vec<usize>,
    masks: Vec<usize>,
}

/// The most shapes that are kept: lists by languages by lengths are fewer.
const MAX_SHAPES: usize = 64;

/// Answers with the page of a link. `None` for every other request, and for one whose address says more than the link.
pub(super) fn answer<S>(desk: &Desk<'_, S>, request: &Request, locale: Locale) -> Option<Response> {
    let token = request.path().strip_prefix("/u/")?;
    let plain = request.query_pairs().next().is_none();
    if request.method != Method::GET || !plain || wants_json(request) {
        return None;
    }
    // What is wrong with the lists is for the others to say.
    desk.setup.mailing().ok()?;
    let link = Link::redeem(&desk.setup.keys, token)?;
    let id = PageId::new(desk.moment.draw());
    let mask = link.mask.shown().unwrap_or_default();
    let shape = Shape { lang: locale.lang, list: link.list, mask: mask.len() };
    let pages = &desk.setup.remembered.of::<Pages>().links;
    let known = pages.borrow().iter().find(|(known, _)| *known == shape).map(|(_, k)| k.clone());
    let kept = match known {
        Some(kept) => kept,
        None => {
            let reply = page_of(desk, request, locale, (link, token), id);
            let id = id.to_string();
            let body = reply.body();
            let (tokens, ids) = (places(body, token), places(body, &id));
            let masks = if mask.is_empty() { Vec::new() } else { places(body, &mask) };
            let kept = Rc::new(Kept { tokens, ids, masks, page: reply.prepare() });
            let mut pages = pages.borrow_mut();
            if pages.len() >= MAX_SHAPES {
                pages.clear();
            }
            pages.push((shape, kept.clone()));
            kept
        }
    };
    let mut answer = kept.page.answer(request);
    let id = id.to_string();
    let mut body = Vec::from(answer.body);
    for (places, text) in [(&kept.tokens, token), (&kept.ids, &id), (&kept.masks, &mask)] {
        for &at in places {
            body.get_mut(at..at + text.len())?.copy_from_slice(text.as_bytes());
        }
    }
    answer.body = body.into();
    Some(answer)
}

/// Where a text stands.
fn places(body: &[u8], text: &str) -> Vec<usize> {
    let windows = body.windows(text.len()).enumerate();
    windows.filter(|(_, window)| *window == text.as_bytes()).map(|(at, _)| at).collect()
}
