//! The mailing lists, as the operator configures them.

use std::str::FromStr;

use desk_core::lang::Lang;
use desk_core::suppression::{ListId, ListTag, Scope};

use desk_core::json::Value;

/// A mailing list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its id, which never changes.
    pub id: ListId,
    /// The id as tokens and keys carry it.
    pub tag: ListTag,
    names: [String; 2],
    descriptions: [String; 2],
}

impl List {
    /// What people call it.
    pub fn name(&self, lang: Lang) -> &str {
        in_lang(&self.names, lang)
    }

    /// What it brings, in a sentence; empty if nothing was said.
    pub fn description(&self, lang: Lang) -> &str {
        in_lang(&self.descriptions, lang)
    }
}

/// The text in a language, or in the other one if there is none.
fn in_lang([en, ru]: &[String; 2], lang: Lang) -> &str {
    let (first, second) = match lang {
        Lang::En => (en, ru),
        Lang::Ru => (ru, en),
    };
    if first.is_empty() { second } else { first }
}

/// Every mailing list that there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists(Vec<List>);

/// The most lists: a page with more of them helps nobody.
const MAX_LISTS: usize = 30;

impl Lists {
    /// The lists in their order.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.0.iter()
    }

    /// The list with this id.
    pub fn by_id(&self, id: &str) -> Option<&List> {
        self.0.iter().find(|list| list.id.as_str() == id)
    }

    /// The list that a token or a key names, if it is still configured.
    pub fn by_tag(&self, tag: ListTag) -> Option<&List> {
        self.0.iter().find(|list| list.tag == tag)
    }

    /// A scope as the API writes it: a list's id where it is known, else its tag; `all`, `bounce`, `complaint`.
    pub fn scope_name(&self, scope: Scope) -> String {
        match scope {
            Scope::List(tag) => {
                self.by_tag(tag).map_or_else(|| tag.to_string(), |list| list.id.as_str().to_owned())
            }
            Scope::All | Scope::Bounce | Scope::Complaint => scope.to_string(),
        }
    }

    /// Reads what [`Lists::scope_name`] writes. A list that is not configured is known by its tag alone, for a misspelt
    /// id would suppress nothing.
    pub fn scope(&self, name: &str) -> Option<Scope> {
        match self.by_id(name) {
            Some(list) => Some(Scope::List(list.tag)),
            None => name.parse().ok(),
        }
    }
}

/// A text that is not a list of mailing lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLists(&'static str);

impl std::fmt::Display for InvalidLists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidLists {}

/// Reads `[{"id": "product-news", "name_en": …, "name_ru": …, "description_en": …, "description_ru": …}, …]`.
impl FromStr for Lists {
    type Err = InvalidLists;

    fn from_str(text: &str) -> Result<Self, InvalidLists> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let wrong = InvalidLists("not a JSON list of objects whose members are texts");
        let Some(Value::List(items)) = Value::read(text) else { return Err(wrong) };
        if items.len() > MAX_LISTS {
            return Err(InvalidLists("more than 30 lists"));
        }
        let mut lists: Vec<List> = Vec::new();
        for item in &items {
            let Value::Object(members) = item else { return Err(wrong) };
            let text = |name: &str| item.text(&[name]).trim().to_owned();
            let known = ["id", "name_en", "name_ru", "description_en", "description_ru"];
            if members.iter().any(|(name, _)| !known.contains(&name.as_str())) {
                return Err(InvalidLists("a list has a member that is not known"));
            }
            let id: ListId = text("id").parse().map_err(|_| {
                InvalidLists(
                    "a list's id has 1 to 63 of a-z 0-9 -, and is not all, bounce or complaint",
                )
            })?;
            let names = [text("name_en"), text("name_ru")];
            if names.iter().all(String::is_empty) {
                return Err(InvalidLists("a list has no name"));
            }
            let tag = id.tag();
            if lists.iter().any(|list| list.tag == tag) {
                return Err(InvalidLists("two lists have one id"));
            }
            let descriptions = [text("description_en"), text("description_ru")];
            lists.push(List { id, tag, names, descriptions });
        }
        Ok(Self(lists))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"[
        {"id": "product-news", "name_en": "Product news", "name_ru": "Новости", "description_en": "Monthly."},
        {"id": "tips", "name_en": "Tips"}
    ]"#;

    #[test]
    fn lists_have_names_in_both_languages_or_in_one() {
        let lists: Lists = TWO.parse().unwrap();
        let news = lists.by_id("product-news").unwrap();
        assert_eq!((news.name(Lang::En), news.name(Lang::Ru)), ("Product news", "Новости"));
        assert_eq!(news.description(Lang::Ru), "Monthly.");
        let tips = lists.by_tag("tips".parse::<ListId>().unwrap().tag()).unwrap();
        assert_eq!((tips.name(Lang::Ru), tips.description(Lang::En)), ("Tips", ""));
        assert_eq!("".parse(), Ok(Lists::default()));
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        let lists: Lists = TWO.parse().unwrap();
        let gone = Scope::List("gone".parse::<ListId>().unwrap().tag());
        let tips = Scope::List(lists.by_id("tips").unwrap().tag);
        for scope in [tips, gone, Scope::All, Scope::Bounce, Scope::Complaint] {
            assert_eq!(lists.scope(&lists.scope_name(scope)), Some(scope));
        }
        assert_eq!(lists.scope_name(tips), "tips");
        assert_eq!(lists.scope("misspelt"), None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for text in [
            "{}",
            "[1]",
            "[{}]",
            "[",
            r#"[{"id":"a"}]"#,
            r#"[{"id":"A","name_en":"x"}]"#,
            r#"[{"id":"all","name_en":"x"}]"#,
            r#"[{"id":"a","name_en":"x","color":"y"}]"#,
            r#"[{"id":"a","name_en":"x"},{"id":"a","name_en":"y"}]"#,
        ] {
            assert!(text.parse::<Lists>().is_err(), "{text}");
        }
    }
}
