//! Sentences that are put together from parts and written where they are wanted, without texts in between: a page is full
//! of them, and a `String` for each part took more than all the rest.

/// A part of a sentence: it writes itself behind what was said before.
pub trait Words {
    /// Writes it.
    fn say(&self, text: &mut String);
}

impl<T: std::ops::Deref<Target = str>> Words for T {
    fn say(&self, text: &mut String) {
        text.push_str(self);
    }
}

/// A part that is a sentence of its own.
#[derive(Clone, Copy, Debug)]
pub struct Clause<F>(pub F);

impl<F: Fn(&mut String)> Words for Clause<F> {
    fn say(&self, text: &mut String) {
        (self.0)(text);
    }
}

/// Says the parts one after the other behind a text.
#[macro_export]
macro_rules! say {
    ($text:expr, $($part:expr),+ $(,)?) => {{
        let text: &mut String = $text;
        $($crate::words::Words::say(&$part, text);)+
    }};
}

/// The parts one after the other, as a text of their own.
#[macro_export]
macro_rules! said {
    ($($part:expr),+ $(,)?) => {{
        let mut text = String::new();
        $crate::say!(&mut text, $($part),+);
        text
    }};
}
