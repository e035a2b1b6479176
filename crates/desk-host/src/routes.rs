//! Which component answers a path, decided as Spin's router decides it.
//!
//! A path is compared as it arrives: no percent-decoding, case matters, slashes at both ends do
//! not. Between routes that match, the first difference from the left decides: a literal segment
//! goes before a parameter, a parameter before the trailing `...`.

use std::collections::HashMap;

/// Paths that the host answers itself, whatever the manifest routes.
pub(crate) const RESERVED: &str = "/.well-known/spin/";

/// One part of a route between slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// A route as the manifest writes it, ready to be compared with paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    raw: String,
    segments: Vec<Segment>,
    trailing: bool,
}

impl Pattern {
    /// Reads a route such as `/policy`, `/policy/:version` or `/feedback/...`.
    ///
    /// # Errors
    /// When the wildcard is not at the end, or a parameter has no name.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let path = raw.trim_matches('/');
        let (path, trailing) = match path.strip_suffix("...").or_else(|| path.strip_suffix('*')) {
            // `/a...` is a literal; only a whole segment is the wildcard.
            Some(before) if before.is_empty() || before.ends_with('/') => {
                (before.trim_end_matches('/'), true)
            }
            _ => (path, false),
        };
        let segments = match path {
            "" => Vec::new(),
            path => path.split('/').map(Segment::parse).collect::<Result<_, _>>()?,
        };
        Ok(Self { raw: raw.to_owned(), segments, trailing })
    }

    /// The route as the manifest writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// The route as Spin reports it in `spin-matched-route`: absolute, without a slash at the end.
    pub(crate) fn absolute(&self) -> String {
        let path = self.raw.strip_suffix('/').unwrap_or(&self.raw);
        if self.raw.starts_with('/') { path.to_owned() } else { format!("/{path}") }
    }

    /// The route without its trailing wildcard.
    pub(crate) fn prefix(&self) -> &str {
        self.raw.strip_suffix("/...").unwrap_or(&self.raw)
    }

    /// Whether the host keeps the route's paths for itself.
    pub(crate) fn is_reserved(&self) -> bool {
        self.absolute().starts_with(RESERVED)
    }

    /// Whether two routes match the same paths, so that only one of them could ever answer.
    pub(crate) fn same_paths(&self, other: &Self) -> bool {
        self.trailing == other.trailing
            && self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(|(one, two)| match (one, two) {
                (Segment::Literal(one), Segment::Literal(two)) => one == two,
                (Segment::Parameter(_), Segment::Parameter(_)) => true,
                (Segment::Literal(_), Segment::Parameter(_))
                | (Segment::Parameter(_), Segment::Literal(_)) => false,
            })
    }

    /// Sorts routes so that the first that matches a path is the one that answers it.
    fn precedence(&self) -> (Vec<u8>, usize) {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Parameter(_) => 1,
        };
        let wildcard = self.trailing.then_some(2);
        (self.segments.iter().map(rank).chain(wildcard).collect(), self.segments.len())
    }

    /// The segment that every path begins with which this route can match; `None` where more than one can.
    fn first(&self) -> Option<&str> {
        match self.segments.first() {
            Some(Segment::Literal(text)) => Some(text),
            Some(Segment::Parameter(_)) => None,
            None if self.trailing => None,
            // The route of the start page: what its path begins with is empty.
            None => Some(""),
        }
    }

    fn matches<'path>(&self, path: &'path str) -> Option<Captures<'path>> {
        let trimmed = path.trim_matches('/');
        let mut rest = (!trimmed.is_empty()).then_some(trimmed);
        let mut parameters = Vec::new();
        for segment in &self.segments {
            let (head, tail) = match rest?.split_once('/') {
                Some((head, tail)) => (head, Some(tail)),
                None => (rest?, None),
            };
            match segment {
                Segment::Literal(text) if text == head => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(name) => parameters.push((name.clone(), head)),
            }
            rest = tail;
        }
        if !self.trailing && rest.is_some() {
            return None;
        }
        // What follows the prefix keeps its slash, and the one at the end of the path.
        let mut trailing = String::new();
        if self.trailing {
            if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                trailing.push('/');
                trailing.push_str(rest);
            }
            if path.ends_with('/') {
                trailing.push('/');
            }
        }
        Some(Captures { parameters, trailing })
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix(':') {
            Some("") => Err("a path parameter needs a name".to_owned()),
            Some(name) if name.contains('.') => Err(format!(
                "`{text}` ends a path parameter with a dot, which the embedded host does not support"
            )),
            Some(name) => Ok(Self::Parameter(name.to_owned())),
            None if text == "..." || text.starts_with('*') => {
                Err(format!("`{text}` is only possible at the end"))
            }
            None => Ok(Self::Literal(text.to_owned())),
        }
    }
}

/// What a path holds in the places that a route leaves open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Captures<'path> {
    pub(crate) parameters: Vec<(String, &'path str)>,
    /// The path after the prefix, from its slash on; empty where the route has no wildcard.
    pub(crate) trailing: String,
}

/// The routes of an application, each with what answers it.
#[derive(Debug)]
pub(crate) struct Router<T> {
    routes: Vec<(Pattern, T)>,
    /// The routes that can match a path which begins with a segment, each list in the order of `routes`: an application
    /// has dozens of routes, and few of them in one place.
    beginning: HashMap<String, Vec<usize>>,
    /// Those that can match a path which begins with any other.
    open: Vec<usize>,
}

impl<T> Router<T> {
    pub(crate) fn new(routes: impl IntoIterator<Item = (Pattern, T)>) -> Self {
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by_cached_key(|(pattern, _)| pattern.precedence());
        let firsts: Vec<Option<&str>> = routes.iter().map(|(pattern, _)| pattern.first()).collect();
        let of = |segment: Option<&str>| {
            let can = |first: &Option<&str>| first.is_none() || *first == segment;
            (0..).zip(&firsts).filter(|(_, first)| can(first)).map(|(at, _)| at).collect()
        };
        let beginning = firsts.iter().flatten().map(|first| ((*first).to_owned(), of(Some(first))));
        let (beginning, open) = (beginning.collect(), of(None));
        Self { routes, beginning, open }
    }

    /// The route that answers `path`.
    pub(crate) fn route<'path>(&self, path: &'path str) -> Option<(&Pattern, &T, Captures<'path>)> {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let candidates = self.beginning.get(first).unwrap_or(&self.open);
        candidates.iter().find_map(|at| {
            let (pattern, target) = self.routes.get(*at)?;
            Some((pattern, target, pattern.matches(path)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&str]) -> Router<String> {
        Router::new(routes.iter().map(|raw| (Pattern::parse(raw).unwrap(), (*raw).to_owned())))
    }

    fn routed(routes: &[&str], path: &str) -> Option<String> {
        router(routes).route(path).map(|(_, target, _)| target.clone())
    }

    #[test]
    fn literal_before_parameter_before_wildcard_in_any_order() {
        let routes = ["/...", "/a/...", "/a/:x", "/a/b", "/:p/b"];
        for rotation in 0..routes.len() {
            let mut routes = routes;
            routes.rotate_left(rotation);
            for (path, expected) in [
                ("/a/b", "/a/b"),
                ("/a/c", "/a/:x"),
                ("/a/c/d", "/a/..."),
                ("/a", "/a/..."),
                ("/z/b", "/:p/b"),
                ("/z", "/..."),
                ("/", "/..."),
            ] {
                assert_eq!(routed(&routes, path).as_deref(), Some(expected), "{path} {routes:?}");
            }
        }
    }

    #[test]
    fn the_leftmost_difference_decides() {
        assert_eq!(routed(&["/:a/b/c", "/x/..."], "/x/b/c").as_deref(), Some("/x/..."));
    }

    #[test]
    fn slashes_at_the_ends_do_not_matter_but_case_and_encoding_do() {
        let routes = ["/policy/diff"];
        for path in ["/policy/diff", "/policy/diff/", "//policy/diff", "/policy/diff//"] {
            assert!(routed(&routes, path).is_some(), "{path}");
        }
        for path in ["/Policy/diff", "/policy/%64iff", "/policy//diff", "/policy/diffs", "/policy"]
        {
            assert!(routed(&routes, path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_root_route_matches_the_root_alone() {
        assert!(routed(&["/"], "/").is_some());
        assert!(routed(&["/"], "").is_some());
        assert!(routed(&["/"], "/a").is_none());
    }

    #[test]
    fn a_parameter_takes_one_segment_even_an_empty_one() {
        let router = router(&["/a/:x/b"]);
        let (_, _, captures) = router.route("/a/1.0%2F/b").unwrap();
        assert_eq!(captures.parameters, [("x".to_owned(), "1.0%2F")]);
        let (_, _, captures) = router.route("/a//b").unwrap();
        assert_eq!(captures.parameters, [("x".to_owned(), "")]);
        assert!(router.route("/a/1").is_none());
    }

    #[test]
    fn what_follows_the_prefix_keeps_its_slashes() {
        let router = router(&["/foo/..."]);
        for (path, expected) in [
            ("/foo", ""),
            ("/foo/", "/"),
            ("/foo/bar", "/bar"),
            ("/foo/bar/", "/bar/"),
            ("/foo//bar", "//bar"),
        ] {
            let (_, _, captures) = router.route(path).unwrap();
            assert_eq!(captures.trailing, expected, "{path}");
        }
        assert!(router.route("/food").is_none());
    }

    #[test]
    fn routes_report_themselves_as_spin_does() {
        let pattern = Pattern::parse("/foo/...").unwrap();
        assert_eq!((pattern.absolute().as_str(), pattern.prefix()), ("/foo/...", "/foo"));
        let pattern = Pattern::parse("foo/").unwrap();
        assert_eq!((pattern.absolute().as_str(), pattern.prefix()), ("/foo", "foo/"));
        let pattern = Pattern::parse("/...").unwrap();
        assert_eq!((pattern.absolute().as_str(), pattern.prefix()), ("/...", ""));
    }

    #[test]
    fn odd_routes_are_refused() {
        for bad in ["/a/.../b", "/*/b", "/*name", "/:", "/:name.json"] {
            Pattern::parse(bad).unwrap_err();
        }
        assert!(Pattern::parse("/*").unwrap().trailing);
        // A literal, as in Spin.
        assert!(!Pattern::parse("/a...").unwrap().trailing);
    }

    #[test]
    fn twins_are_found_whatever_their_spelling() {
        let same = |one: &str, two: &str| {
            Pattern::parse(one).unwrap().same_paths(&Pattern::parse(two).unwrap())
        };
        assert!(same("/a/", "a"));
        assert!(same("/a/:x", "/a/:y"));
        assert!(same("/a/*", "/a/..."));
        assert!(!same("/a/:x", "/a/x"));
        assert!(!same("/a", "/a/..."));
    }

    #[test]
    fn the_hosts_own_paths_are_reserved() {
        for raw in ["/.well-known/spin/health", "/.well-known/spin/..."] {
            assert!(Pattern::parse(raw).unwrap().is_reserved(), "{raw}");
        }
        for raw in ["/.well-known/...", "/.well-known/spin"] {
            assert!(!Pattern::parse(raw).unwrap().is_reserved(), "{raw}");
        }
    }
}
