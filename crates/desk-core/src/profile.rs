//! What the desk says of itself: on every page, and in every mail and document.

use crate::lang::Lang;
use crate::time::Timestamp;
use crate::variables::{InvalidVariable, Variables};

/// Whose desk this is, where it is, and how to reach whoever runs it. It holds no secret.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where the desk is reached, without a slash at the end. Links are built from it, never from a request.
    pub base_url: String,
    /// The app whose privacy this is.
    pub app_name: String,
    /// Who answers for the data (the controller of GDPR article 4(7), the operator of 152-FZ article 3), if named.
    controller_name: String,
    /// Where a person can write who cannot use the pages.
    pub contact_email: String,
    /// The language where a person names none that we speak.
    pub default_lang: Lang,
    security_contact: String,
    security_expires: String,
}

impl Profile {
    /// Reads the variables.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn read(variables: &Variables<'_>) -> Result<Self, InvalidVariable> {
        let base_url = variables.text_or("base_url", "http://127.0.0.1:3000");
        if !base_url.starts_with("https://") && !base_url.starts_with("http://") {
            return Err(InvalidVariable::new("base_url", "must begin with https:// or http://"));
        }
        Ok(Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            app_name: variables.text_or("app_name", "OnCall 3.0"),
            controller_name: variables.text("controller_name"),
            contact_email: variables.text("contact_email"),
            default_lang: variables.parse("default_language", "en")?,
            security_contact: variables.text("security_contact"),
            security_expires: variables.text("security_expires"),
        })
    }

    /// Who answers for the data: the configured name, or the operator of the app in so many words.
    pub fn controller(&self, lang: Lang) -> String {
        if !self.controller_name.is_empty() {
            return self.controller_name.clone();
        }
        match lang {
            Lang::En => format!("the operator of {}", self.app_name),
            Lang::Ru => format!("оператор приложения {}", self.app_name),
        }
    }

    /// The whole address of a path, as programs are given it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The address of a page as a mail gives it: whole, and in the language of the mail, whatever browser opens it.
    pub fn mailed_url(&self, lang: Lang, path: &str) -> String {
        format!("{}{path}?lang={}", self.base_url, lang.tag())
    }

    /// Whether there is a `security.txt`.
    pub const fn has_security(&self) -> bool {
        !self.security_contact.is_empty() && !self.security_expires.is_empty()
    }

    /// The `Contact` and `Expires` of `security.txt` (RFC 9116), where both are set.
    ///
    /// # Errors
    /// A fault if the instant does not parse.
    pub fn security(&self) -> Result<Option<(&str, Timestamp)>, InvalidVariable> {
        if !self.has_security() {
            return Ok(None);
        }
        let expires = self.security_expires.trim().parse();
        let expires = expires.map_err(|error| InvalidVariable::new("security_expires", error))?;
        Ok(Some((&self.security_contact, expires)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> Result<Profile, InvalidVariable> {
        let read = |asked| (asked == name).then(|| value.to_owned());
        Profile::read(&Variables::new(&read))
    }

    #[test]
    fn it_needs_no_variable() {
        let profile = with("", "").unwrap();
        assert_eq!(profile.base_url, "http://127.0.0.1:3000");
        assert_eq!(profile.controller(Lang::En), "the operator of OnCall 3.0");
        assert!(!profile.has_security());
    }

    #[test]
    fn faults_name_the_variable_and_not_its_value() {
        for (name, value) in [("base_url", "ftp://no-address"), ("default_language", "no-address")]
        {
            let fault = with(name, value).unwrap_err();
            assert_eq!(fault.variable, name);
            assert!(!fault.to_string().contains("no-address"), "{fault}");
        }
        let read = |name| match name {
            "security_contact" => Some("mailto:security@desk.example".to_owned()),
            "security_expires" => Some("no-instant".to_owned()),
            _ => None,
        };
        let profile = Profile::read(&Variables::new(&read)).unwrap();
        assert_eq!(profile.security().unwrap_err().variable, "security_expires");
    }
}
