//! The operator's variables, each read into its type once, with a fault that names the variable and never shows its value.

use std::fmt;
use std::str::FromStr;

/// A variable that is missing or does not parse. Its text never shows the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVariable {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidVariable {
    /// What is wrong with a variable.
    pub fn new(variable: &'static str, reason: impl fmt::Display) -> Self {
        Self { variable, reason: reason.to_string() }
    }
}

impl fmt::Display for InvalidVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable {}: {}", self.variable, self.reason)
    }
}

impl std::error::Error for InvalidVariable {}

/// Where variables are read from. One that is not set, or not granted to a function, is `None`; an empty one counts as not
/// set.
pub struct Variables<'a>(&'a dyn Fn(&'static str) -> Option<String>);

impl fmt::Debug for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables(…)")
    }
}

impl<'a> Variables<'a> {
    /// Variables as this function gives them.
    pub const fn new(read: &'a dyn Fn(&'static str) -> Option<String>) -> Self {
        Self(read)
    }

    /// The text of a variable; empty where it is not set.
    pub fn text(&self, name: &'static str) -> String {
        (self.0)(name).unwrap_or_default()
    }

    /// The text of a variable, or what stands for one that is not set.
    pub fn text_or(&self, name: &'static str, default: &str) -> String {
        Some(self.text(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    }

    /// Parses a variable, or what stands for one that is not set.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &'static str,
        default: &str,
    ) -> Result<T, InvalidVariable> {
        let text = self.text(name);
        let text = Some(text.trim()).filter(|text| !text.is_empty()).unwrap_or(default);
        text.parse().map_err(|error| InvalidVariable::new(name, error))
    }

    /// Parses a variable that need not be set.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse_optional<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, InvalidVariable> {
        let text = self.text(name);
        if text.is_empty() { Ok(None) } else { self.parse(name, "").map(Some) }
    }

    /// Parses a list whose items stand between commas.
    ///
    /// # Errors
    /// What is wrong with the first item that is wrong.
    pub fn parse_list<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &'static str,
    ) -> Result<Vec<T>, InvalidVariable> {
        let text = self.text(name);
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| item.parse().map_err(|error| InvalidVariable::new(name, error))).collect()
    }
}
