//! Pages, looked at for what nobody meant to be in them.

/// Every element that a page of ours has.
const ELEMENTS: &[&str] = &[
    "!doctype",
    "a",
    "article",
    "aside",
    "bdi",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "img",
    "input",
    "ins",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "small",
    "span",
    "strong",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "textarea",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
];
/// Those that have no end.
const VOID: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "!doctype"];

/// What of an input must never be found in a page as it was: what would open an element, and what would end an
/// attribute's value and begin another one.
const INJECTED: [&str; 4] = ["<fuzz-marker", "</fuzz-marker", "x\" fuzz-marker", "<script"];

/// A page is well formed, and has no element and no attribute that is not ours.
pub(super) fn check(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>"), "a page without a beginning: {page}");
    for injected in INJECTED {
        assert!(!page.to_ascii_lowercase().contains(injected), "{injected} in {page}");
    }
    let open = elements(page, &VOID, |name, tag| {
        assert!(ELEMENTS.contains(&name), "<{name}> in {page}");
        for attribute in attributes(tag) {
            assert!(!attribute.0.starts_with("on") && attribute.0 != "style", "{attribute:?}");
            if matches!(attribute.0, "href" | "src" | "action") {
                leads(attribute.1, page);
            }
        }
    });
    assert!(open.is_empty(), "{open:?} is not closed in {page}");
}

/// A feed or a picture: what is written in it opens no element.
pub(super) fn check_xml(text: &str) {
    for injected in INJECTED {
        assert!(!text.contains(injected), "{injected} in {text}");
    }
    let open = elements(text, &[], |_, _| {});
    assert!(open.is_empty(), "{open:?} is not closed in {text}");
}

/// A link leads to the web, to a mailbox, or to the desk itself.
fn leads(to: &str, page: &str) {
    let scheme = to.split(['/', '?', '#']).next().and_then(|first| first.split_once(':'));
    let safe = match scheme {
        Some((scheme, _)) => {
            ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        }
        None => !to.starts_with("//"),
    };
    assert!(safe, "a link to {to:?} in {page}");
}

/// Goes through the elements of a text, gives each to `each` with what stands in its tag, and gives those that are open at
/// the end. Those that have no end are named.
fn elements<'t>(
    text: &'t str,
    endless: &[&str],
    mut each: impl FnMut(&str, &'t str),
) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        let end = tag_end(behind);
        assert!(end.is_some(), "a tag without an end: {behind}");
        let (tag, after) = behind.split_at_checked(end.unwrap_or(0)).unwrap_or((behind, ""));
        rest = after;
        let closes = tag.starts_with('/');
        let bare = tag.trim_start_matches('/');
        let name_end = bare.find([' ', '/', '\n', '\t']).unwrap_or(bare.len());
        let (name, inside) = bare.split_at_checked(name_end).unwrap_or((bare, ""));
        let name = name.to_ascii_lowercase();
        if name.starts_with('?') {
            continue;
        }
        if closes {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "what </{name}> closes: {text}");
            continue;
        }
        each(&name, inside);
        if !endless.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    open
}

/// Where a tag ends: at a bracket that stands in no quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}

/// The attributes of a tag, each with its value.
fn attributes(inside: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    let mut rest = inside.trim_start();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        match behind.strip_prefix("=\"").and_then(|value| value.split_once('"')) {
            Some((value, behind)) => {
                attributes.push((name, value));
                rest = behind.trim_start();
            }
            None => {
                attributes.push((name, ""));
                rest = behind.trim_start_matches(['=', ' ', '\n']);
            }
        }
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(plain && !name.is_empty() || name == "/", "the attribute {name:?} in {inside}");
    }
    attributes
}
