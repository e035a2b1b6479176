//! `docs/problems.md`, from the catalogue.

use std::fmt::Write;

use desk_core::lang::Lang;

use desk_web::problem::Kind;
use desk_web::texts::{CODES, frame, texts};

#[test]
fn problems_are_documented() {
    let texts = texts(Lang::En);
    let mut page = String::from(
        "# Problems\n\n\
         Every error is a problem of RFC 9457, as `application/problem+json` or, for those who read HTML, as a page.\n\
         Its `type` is the address of the desk, `/problems/` and one of the names below; that address explains it.\n\
         `title` and `detail` are in the language of the request; programs look at `type`, `status` and the codes.\n\n\
         This page is generated from the code.\n\n\
         | type | status | title |\n|---|---|---|\n",
    );
    for kind in Kind::ALL {
        let text = (texts.problem)(kind);
        writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} |",
            text.slug,
            text.status.as_u16(),
            text.title
        )
        .unwrap();
    }
    for kind in Kind::ALL {
        let text = (texts.problem)(kind);
        let detail = text.detail.trim_end_matches(':');
        writeln!(page, "\n## {}\n\nStatus {}. {detail}", text.slug, text.status.as_u16()).unwrap();
        writeln!(page, "\n{}", (frame(Lang::En).next)(kind)).unwrap();
    }
    page.push_str(
        "\n## Codes\n\n\
         `invalid-fields` lists every fault in `errors`, each with a JSON pointer (RFC 6901) into the body, or `?name` for \
         a query parameter, and one of these codes.\n`malformed` and `case-state` have one of them in `code`.\n\n\
         | code | meaning |\n|---|---|\n",
    );
    for known in CODES {
        writeln!(page, "| `{known}` | {} |", (texts.code)(known)).unwrap();
    }
    super::hold("docs/problems.md", &page);
}

#[test]
fn every_kind_has_a_slug_of_its_own_and_an_error_status() {
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        assert!(kind.status().is_client_error() || kind.status().is_server_error());
        assert_eq!(Kind::from_slug(kind.slug()), Some(kind));
        assert!(Kind::ALL.iter().take(at).all(|other| other.slug() != kind.slug()));
    }
}
