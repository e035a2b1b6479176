//! English: to whom people can complain.

use desk_core::clock::regime::Regime;

/// The paragraph.
pub(in crate::texts) const fn complain(regime: Regime) -> &'static str {
    match regime {
        Regime::Ru152Fz => {
            "If you do not agree, you can complain to Roskomnadzor, the Russian authority that protects the rights of data subjects (https://rkn.gov.ru), or go to court (Federal Law 152-FZ, article 17)."
        }
        Regime::EuGdpr => {
            "If you do not agree, you can complain to a data protection authority, in particular that of the member state where you live or work, or where you think the law was broken (GDPR, article 77; their addresses: https://www.edpb.europa.eu), and you can go to court (article 79)."
        }
        Regime::UkGdpr => {
            "If you do not agree, you can complain to the Information Commission, formerly the Information Commissioner’s Office (https://ico.org.uk/make-a-complaint), and you can go to court (Data Protection Act 2018, sections 165 and 167)."
        }
        Regime::UsCa => {
            "If you do not agree, you can complain to the California Privacy Protection Agency (https://cppa.ca.gov) or to the Attorney General of California (https://oag.ca.gov/privacy), and go to court where the law provides for it."
        }
        Regime::BrLgpd => {
            "If you do not agree, you can complain to the Brazilian data protection authority, ANPD (https://www.gov.br/anpd), or to a consumer protection body (LGPD, article 18 §§ 1 and 8), and you can go to court (article 22)."
        }
    }
}
