//! The routes of a function: for each method and pattern how much may be sent, and which endpoint answers.
//!
//! The table is data, so that the edge knows how much of a body to read before anything else looks at a request, and so
//! that `Allow` says what there is.

use http::Method;

use crate::problem::Problem;
use crate::request::Request;

/// The most bytes of a body where a route says nothing else: 64 KiB.
pub const BODY_LIMIT: usize = 64 * 1024;

/// The most bytes of a batch: a thousand addresses of 254 characters each, and what stands around them.
pub const BATCH_LIMIT: usize = 512 * 1024;

/// The most bytes of a form with files: three files of 1 MiB each as base 64 in JSON take 4 MiB; text and framing take the
/// rest.
pub const FILES_LIMIT: usize = 4 * 1024 * 1024 + 256 * 1024;

/// One route. `E` is the function's own enum of endpoints, which it matches exhaustively.
#[derive(Clone, Copy, Debug)]
pub struct Route<E> {
    methods: &'static [&'static str],
    pattern: &'static str,
    body_limit: usize,
    endpoint: E,
}

impl<E> Route<E> {
    /// What is only looked at, with `GET` and `HEAD`. A segment of the pattern that begins with a colon takes anything.
    pub const fn get(pattern: &'static str, endpoint: E) -> Self {
        Self { methods: &["GET", "HEAD"], pattern, body_limit: 0, endpoint }
    }

    /// What takes a body of so many bytes at the most.
    pub const fn post(pattern: &'static str, body_limit: usize, endpoint: E) -> Self {
        Self { methods: &["POST"], pattern, body_limit, endpoint }
    }

    /// The same with `PUT`.
    pub const fn put(pattern: &'static str, body_limit: usize, endpoint: E) -> Self {
        Self { methods: &["PUT"], pattern, body_limit, endpoint }
    }

    /// The same with `DELETE`.
    pub const fn delete(pattern: &'static str, body_limit: usize, endpoint: E) -> Self {
        Self { methods: &["DELETE"], pattern, body_limit, endpoint }
    }

    fn takes(&self, method: &Method) -> bool {
        self.methods.contains(&method.as_str())
    }
}

/// The routes of a function.
#[derive(Clone, Copy, Debug)]
pub struct Routes<E: 'static>(pub &'static [Route<E>]);

impl<E: Copy> Routes<E> {
    /// Finds the endpoint of a request, and what stands where its pattern has parameters.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where no pattern fits, [`Problem::MethodNotAllowed`] where one does and no method.
    pub fn find<'r>(&self, request: &'r Request) -> Result<(E, Vec<&'r str>), Problem> {
        let segments = request.segments()?;
        let pattern = self.pattern(&segments).ok_or(Problem::NotFound)?;
        let of_pattern = || self.0.iter().filter(|route| route.pattern == pattern);
        let Some(route) = of_pattern().find(|route| route.takes(&request.method)) else {
            let methods: Vec<&str> =
                of_pattern().flat_map(|route| route.methods).copied().collect();
            return Err(Problem::MethodNotAllowed(methods.join(", ")));
        };
        let parameters = parts(pattern).zip(segments).filter(|(part, _)| is_parameter(part));
        Ok((route.endpoint, parameters.map(|(_, segment)| segment).collect()))
    }

    /// How many bytes of a body are read for a method and a target.
    pub fn body_limit(&self, method: &Method, target: &str) -> usize {
        let path = target.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = parts(path).collect();
        let pattern = self.pattern(&segments);
        let mut routes = self.0.iter().filter(|route| Some(route.pattern) == pattern);
        routes.find(|route| route.takes(method)).map_or(0, |route| route.body_limit)
    }

    /// The pattern that fits best: from the left, a word goes before a parameter, as Spin has it.
    fn pattern(&self, segments: &[&str]) -> Option<&'static str> {
        let fitting =
            self.0.iter().map(|route| route.pattern).filter(|pattern| fits(pattern, segments));
        fitting.min_by_key(|pattern| parts(pattern).map(is_parameter).collect::<Vec<bool>>())
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

fn is_parameter(part: &str) -> bool {
    part.starts_with(':')
}

fn fits(pattern: &str, segments: &[&str]) -> bool {
    parts(pattern).count() == segments.len()
        && parts(pattern)
            .zip(segments)
            .all(|(part, segment)| is_parameter(part) || part == *segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;
    use bytes::Bytes;
    use http::HeaderMap;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Endpoint {
        Form,
        Submit,
        Undo,
        All,
    }

    const ROUTES: Routes<Endpoint> = Routes(&[
        Route::get("/u", Endpoint::Form),
        Route::post("/u", 10, Endpoint::Submit),
        Route::get("/u/undo/:token", Endpoint::Undo),
        Route::post("/u/:token/all", 20, Endpoint::All),
    ]);

    fn request(method: Method, target: &str) -> Request {
        Request::new(method, target, HeaderMap::new(), Body::Whole(Bytes::new()))
    }

    fn find(method: Method, target: &str) -> Result<(Endpoint, Vec<String>), Problem> {
        let request = request(method, target);
        let found = ROUTES.find(&request);
        found.map(|(endpoint, parts)| (endpoint, parts.into_iter().map(str::to_owned).collect()))
    }

    #[test]
    fn a_word_goes_before_a_parameter() {
        let found = |endpoint, token: &str| Ok((endpoint, vec![token.to_owned()]));
        assert_eq!(find(Method::HEAD, "/u/?x=1"), Ok((Endpoint::Form, Vec::new())));
        assert_eq!(find(Method::POST, "/u"), Ok((Endpoint::Submit, Vec::new())));
        assert_eq!(find(Method::GET, "/u/undo/all"), found(Endpoint::Undo, "all"));
        assert_eq!(find(Method::POST, "/u/a%20b/all"), found(Endpoint::All, "a b"));
    }

    #[test]
    fn what_there_is_not_is_told_from_what_takes_another_method() {
        let other = |methods: &str| Err(Problem::MethodNotAllowed(methods.to_owned()));
        assert_eq!(find(Method::GET, "/"), Err(Problem::NotFound));
        assert_eq!(find(Method::GET, "/u/a/b/c"), Err(Problem::NotFound));
        assert_eq!(find(Method::PUT, "/u"), other("GET, HEAD, POST"));
        assert_eq!(find(Method::POST, "/u/undo/all"), other("GET, HEAD"));
    }

    #[test]
    fn bodies_are_read_where_a_route_takes_them() {
        for (method, target, limit) in [
            (Method::POST, "/u?all", 10),
            (Method::POST, "/u/x/all/", 20),
            (Method::GET, "/u", 0),
            (Method::PUT, "/u", 0),
            (Method::POST, "/elsewhere", 0),
        ] {
            assert_eq!(ROUTES.body_limit(&method, target), limit, "{method} {target}");
        }
    }
}
