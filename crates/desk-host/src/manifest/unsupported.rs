//! What Spin has and the embedded host lacks: each is refused by name.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{
    ManifestErrorKind,
    component::RawComponent,
    error::{LocatedError, error_at},
    trigger::RawHttpTrigger,
};

/// The error of a feature, by its key in the manifest.
pub(crate) fn unsupported(feature: &str, component: Option<&str>) -> ManifestErrorKind {
    ManifestErrorKind::Unsupported {
        feature: feature.to_owned(),
        component: component.map(str::to_owned),
    }
}

/// `[application.trigger.http]` may only say what is so anyway.
pub(super) fn refuse_trigger_settings(
    settings: &Spanned<BTreeMap<String, toml::Table>>,
) -> Result<(), LocatedError> {
    for (trigger, table) in settings.get_ref() {
        for (key, value) in table {
            if (trigger.as_str(), key.as_str(), value.as_str()) != ("http", "base", Some("/")) {
                let feature = format!("application.trigger.{trigger}.{key}");
                return Err(error_at(settings, unsupported(&feature, None)));
            }
        }
    }
    Ok(())
}

pub(super) fn refuse_trigger_features(trigger: &RawHttpTrigger) -> Result<(), LocatedError> {
    if let Some(place) = &trigger.components {
        return Err(error_at(place, unsupported("trigger.http.components", None)));
    }
    if let Some(place) = &trigger.dependencies {
        return Err(error_at(place, unsupported("trigger.http.dependencies", None)));
    }
    if let Some(executor) = &trigger.executor
        && !["http", "spin"].contains(&executor.get_ref().r#type.as_str())
    {
        let feature = format!("executor = {}", executor.get_ref().r#type);
        return Err(error_at(executor, unsupported(&feature, None)));
    }
    Ok(())
}

pub(super) fn refuse_component_features(
    component: &str,
    raw: &RawComponent,
) -> Result<(), LocatedError> {
    fn used<T>(key: &Option<Spanned<T>>, empty: impl Fn(&T) -> bool) -> Option<usize> {
        key.as_ref().filter(|key| !empty(key.get_ref())).map(|key| key.span().start)
    }
    let found = [
        ("environment", used(&raw.environment, toml::Table::is_empty)),
        ("files", used(&raw.files, Vec::is_empty)),
        ("exclude_files", used(&raw.exclude_files, Vec::is_empty)),
        ("allowed_http_hosts", used(&raw.allowed_http_hosts, Vec::is_empty)),
        ("sqlite_databases", used(&raw.sqlite_databases, Vec::is_empty)),
        ("ai_models", used(&raw.ai_models, Vec::is_empty)),
        ("dependencies", used(&raw.dependencies, toml::Table::is_empty)),
        (
            "dependencies_inherit_configuration",
            used(&raw.dependencies_inherit_configuration, |inherit| !inherit),
        ),
        ("profile", used(&raw.profile, toml::Table::is_empty)),
    ];
    match found.into_iter().find_map(|(feature, offset)| Some((feature, offset?))) {
        Some((feature, offset)) => {
            Err(LocatedError { offset: Some(offset), kind: unsupported(feature, Some(component)) })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{GOOD, broken, line_of, parse},
        *,
    };

    #[test]
    fn what_spin_has_and_this_host_lacks_is_named_with_the_component() {
        for (feature, text) in [
            ("sqlite_databases", "sqlite_databases = [\"default\"]"),
            ("ai_models", "ai_models = [\"llama2-chat\"]"),
            ("files", "files = [\"a/*\"]"),
            ("environment", "environment = { A = \"1\" }"),
            ("dependencies", "dependencies = { \"a:b\" = \"1\" }"),
            ("profile", "profile = { debug = { source = \"b.wasm\" } }"),
        ] {
            let (line, kind) = broken("files = []", text);
            assert_eq!(kind, unsupported(feature, Some("a")));
            assert_eq!(line, line_of("files = []"), "{feature}");
        }
        for (feature, source) in [
            ("source.url", "{ url = \"https://x.example/a.wasm\", digest = \"sha256:0\" }"),
            ("source.registry", "{ registry = \"x\", package = \"a:b\", version = \"1\" }"),
        ] {
            let (_, kind) = broken("\"target/a.wasm\"", source);
            assert_eq!(kind, unsupported(feature, Some("a")));
        }
    }

    #[test]
    fn other_triggers_and_middleware_are_named() {
        let error = parse(&format!("{GOOD}\n[[trigger.redis]]\nchannel = \"x\"\n")).unwrap_err();
        assert_eq!(error.kind, unsupported("trigger.redis", None));
        assert!(error.line.is_some());
        let (_, kind) = broken(
            "component = \"a\"",
            "component = \"a\"\ndependencies.middleware = [{ component = \"a\" }]",
        );
        assert_eq!(kind, unsupported("trigger.http.dependencies", None));
        let (_, kind) =
            broken("component = \"a\"", "component = \"a\"\nexecutor = { type = \"wagi\" }");
        assert_eq!(kind, unsupported("executor = wagi", None));
        let (_, kind) = broken("component = \"a\"", "component = { source = \"b.wasm\" }");
        assert_eq!(kind, unsupported("an inline component in a trigger", None));
        let (_, kind) = broken(
            "[application.tool.x]",
            "[application.trigger.http]\nbase = \"/base\"\n[application.tool.x]",
        );
        assert_eq!(kind, unsupported("application.trigger.http.base", None));
    }
}
