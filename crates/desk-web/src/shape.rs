//! Parts of pages that differ in a few places alone: rendered once in an instance, with holes, and filled for each request.

use std::cell::RefCell;
use std::rc::Rc;

use desk_core::clock::regime::Regime;
use desk_core::request::Kind;
use maud::{Markup, PreEscaped, Render};

use crate::page::Place;
use crate::request::Locale;

/// What a shape is rendered with where it has a hole: a character that Unicode keeps for use within programs (chapter 23.7),
/// so that no text has it; the variables are rid of it.
pub(crate) const HOLE: &str = "\u{fdd0}";
/// The same to look for: looking for a text takes 10 KB of a function more.
pub(crate) const MARK: char = '\u{fdd0}';

/// Which part of which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The frame of the pages at a place.
    Frame(Place),
    /// The links to this page in each language.
    Languages,
    /// The form for a further message.
    MessageForm,
    /// Where a request is: the reference, and the steps up to this state.
    Ticket(&'static str),
    /// What a request is.
    Facts(Kind, Regime),
    /// How to complain about a request, its link, and, while it is open, how to withdraw it.
    Ending(Regime, bool),
}

/// A part of a page, cut at its holes.
#[derive(Debug)]
pub(crate) struct Shape(Vec<String>);

impl Shape {
    /// With the holes filled, in their order.
    pub(crate) const fn with<'a, const N: usize>(
        &'a self,
        holes: [&'a dyn Render; N],
    ) -> Filled<'a, N> {
        Filled(self, holes)
    }
}

/// A shape and what is in its holes.
pub(crate) struct Filled<'a, const N: usize>(&'a Shape, [&'a dyn Render; N]);

impl<const N: usize> Render for Filled<'_, N> {
    fn render_to(&self, buffer: &mut String) {
        let Self(Shape(pieces), holes) = self;
        fill(pieces, holes, buffer);
    }

    fn render(&self) -> Markup {
        let pieces = self.0.0.iter().map(String::len);
        // What is in a hole is short: a path, an id, a date.
        let mut page = String::with_capacity(pieces.sum::<usize>() + 128 * N);
        self.render_to(&mut page);
        PreEscaped(page)
    }
}

fn fill(pieces: &[String], holes: &[&dyn Render], buffer: &mut String) {
    debug_assert_eq!(
        pieces.len(),
        holes.len() + 1,
        "every hole is filled, and there are no others"
    );
    let mut holes = holes.iter();
    for piece in pieces {
        buffer.push_str(piece);
        if let Some(hole) = holes.next() {
            hole.render_to(buffer);
        }
    }
}

/// The shapes that an instance has rendered. There are as many as there are languages, places, kinds and regimes, and none
/// holds anything of anybody.
#[derive(Debug, Default)]
pub(crate) struct Shapes(RefCell<Vec<(Locale, Part, Rc<Shape>)>>);

impl Shapes {
    /// The shape of a part, which is rendered with [`HOLE`] where it has holes if it was not before.
    pub(crate) fn of(
        &self,
        locale: Locale,
        part: Part,
        render: impl FnOnce() -> Markup,
    ) -> Rc<Shape> {
        if let Some(known) = self.known(locale, part) {
            return known;
        }
        let PreEscaped(whole) = render();
        self.keep(locale, part, &whole)
    }

    fn known(&self, locale: Locale, part: Part) -> Option<Rc<Shape>> {
        let kept = self.0.borrow();
        let (_, _, shape) = kept.iter().find(|(of, at, _)| (*of, *at) == (locale, part))?;
        Some(Rc::clone(shape))
    }

    fn keep(&self, locale: Locale, part: Part, whole: &str) -> Rc<Shape> {
        let shape = Rc::new(Shape(whole.split(MARK).map(str::to_owned).collect()));
        self.0.borrow_mut().push((locale, part, Rc::clone(&shape)));
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::lang::Lang;
    use maud::html;

    #[test]
    fn a_shape_is_rendered_once_and_filled_each_time() {
        let shapes = Shapes::default();
        let locale = Locale { lang: Lang::En, explicit: false };
        let mut rendered = 0;
        for name in ["<Anna>", "Boris"] {
            let shape = shapes.of(locale, Part::Languages, || {
                rendered += 1;
                html! { p title=(HOLE) { "To " (HOLE) "." } }
            });
            let page = html! { (shape.with([&name, &name])) }.into_string();
            assert_eq!(page, html! { p title=(name) { "To " (name) "." } }.into_string());
        }
        let other = Locale { explicit: true, ..locale };
        shapes.of(other, Part::Languages, || {
            rendered += 1;
            html! {}
        });
        assert_eq!(rendered, 2);
    }
}
