//! Answers to whatever goes wrong: as a page for people, as JSON for programs.

use desk_core::json::Json;
use desk_core::lang::Lang;
use desk_core::profile::Profile;
use http::header;

use crate::negotiate;
use crate::page;
use crate::problem::{Problem, RateLimit};
use crate::reply::{Reply, Response};
use crate::request::{Locale, Request};
use crate::texts::texts;

/// A problem, and for what a person filled in the form that shows it beside what they wrote.
#[derive(Debug)]
pub struct Refusal {
    /// The problem.
    pub problem: Problem,
    /// The page to be answered in place of the problem's own.
    pub form: Option<Reply>,
}

impl<P: Into<Problem>> From<P> for Refusal {
    fn from(problem: P) -> Self {
        Self { problem: problem.into(), form: None }
    }
}

impl RateLimit {
    /// Sets the fields on an answer.
    pub fn apply(&self, reply: Reply) -> Reply {
        if self.policy.is_empty() {
            return reply;
        }
        reply
            .header("ratelimit-policy", self.policy.clone())
            .header("ratelimit", self.standing.clone())
    }
}

impl Problem {
    /// What happened this time, in words.
    fn detail(&self, lang: Lang) -> String {
        let texts = texts(lang);
        let general = (texts.problem)(self.kind()).detail;
        match self {
            Self::Malformed(code) | Self::CaseState(code) => {
                [general, " ", (texts.code)(code)].concat()
            }
            Self::MethodNotAllowed(allow) => [general, " ", allow, "."].concat(),
            Self::UnsupportedMediaType(reads) => [general, " ", reads, "."].concat(),
            Self::TooManyRequests(limit) => (texts.come_back)(limit.reset),
            _ => general.to_owned(),
        }
    }

    /// Renders the problem for whoever asked: as a page for those who read HTML, as JSON for all others.
    pub fn respond(&self, profile: &Profile, request: &Request, locale: Locale) -> Response {
        if !negotiate::reads_html(&request.headers) {
            return self.respond_json(Some(profile), request, locale);
        }
        self.headers(self.page(profile, request, locale))
            .vary("Accept, Accept-Language")
            .finish(request)
    }

    /// Renders the problem for a program, or where there is no configuration to render a page with.
    pub fn respond_json(
        &self,
        profile: Option<&Profile>,
        request: &Request,
        locale: Locale,
    ) -> Response {
        self.headers(self.json(profile, locale.lang))
            .vary("Accept, Accept-Language")
            .finish(request)
    }

    /// The problem as JSON (RFC 9457 section 3).
    fn json(&self, profile: Option<&Profile>, lang: Lang) -> Reply {
        let texts = texts(lang);
        let kind = self.kind();
        let base = profile.map_or("", |profile| profile.base_url.as_str());
        let errors = match self {
            Self::InvalidFields(errors) => errors.as_slice(),
            _ => &[],
        };
        let text = (texts.problem)(kind);
        let json = Json::object(|json| {
            json.shown("type", &format_args!("{base}/problems/{}", text.slug));
            json.text("title", text.title);
            json.number("status", kind.status().as_u16().into());
            json.text("detail", &self.detail(lang));
            if let Self::Malformed(code) | Self::CaseState(code) = self {
                json.text("code", code);
            }
            if !errors.is_empty() {
                json.list("errors", |list| {
                    for error in errors {
                        list.nest("", |json| {
                            json.text("pointer", &error.pointer);
                            json.text("code", error.code);
                            json.text("detail", (texts.code)(error.code));
                        });
                    }
                });
            }
        });
        Reply::json_text(kind.status(), json)
            .header(header::CONTENT_TYPE, "application/problem+json")
            .lang(lang)
    }

    fn page(&self, profile: &Profile, request: &Request, locale: Locale) -> Reply {
        let texts = texts(locale.lang);
        let kind = self.kind();
        let errors = match self {
            Self::InvalidFields(errors) => errors.as_slice(),
            _ => &[],
        };
        let link = match self {
            Self::AlreadySent(link) => link.as_deref(),
            _ => None,
        };
        let text = (texts.problem)(kind);
        let detail = self.detail(locale.lang);
        let view = page::ProblemView { kind, text, detail, errors, link };
        let markup = page::problem(profile, request, locale, &view);
        Reply::page(kind.status(), locale.lang, markup)
    }

    /// The headers that go with a status.
    fn headers(&self, reply: Reply) -> Reply {
        match self {
            Self::MethodNotAllowed(allow) => reply.header(header::ALLOW, allow.clone()),
            Self::Unauthorised => reply.header(header::WWW_AUTHENTICATE, "Bearer realm=\"desk\""),
            Self::TooManyRequests(limit) => {
                limit.apply(reply).header(header::RETRY_AFTER, limit.reset.to_string())
            }
            Self::StoreUnavailable(_) => reply.header(header::RETRY_AFTER, "10"),
            _ => reply,
        }
    }
}

/// Turns an outcome into the answer, for people and programs. Where a person filled in a form, the form comes back with what
/// they wrote in place of the problem's own page.
pub fn respond(
    profile: &Profile,
    request: &Request,
    locale: Locale,
    outcome: Result<Reply, impl Into<Refusal>>,
) -> Response {
    let Refusal { problem, form } = match outcome {
        Ok(reply) => return reply.finish(request),
        Err(refused) => refused.into(),
    };
    let response = match form {
        Some(form) => form.finish(request),
        None => problem.respond(profile, request, locale),
    };
    logged(response, &problem)
}

/// Turns an outcome into the answer, for programs alone.
pub fn respond_json(
    profile: &Profile,
    request: &Request,
    locale: Locale,
    outcome: Result<Reply, Problem>,
) -> Response {
    match outcome {
        Ok(reply) => reply.finish(request),
        Err(problem) => logged(problem.respond_json(Some(profile), request, locale), &problem),
    }
}

/// Leaves in an answer what the log should hear of its problem.
pub fn logged(mut response: Response, problem: &Problem) -> Response {
    response.log = problem.log().map(str::to_owned);
    response
}
