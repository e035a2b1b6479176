//! `spin.toml`, version 2, as far as the embedded host supports it.
//!
//! What Spin refuses is refused here, and what Spin has but this host lacks is refused by name, so
//! that nothing in a manifest is ever silently ignored.

use std::{
    collections::BTreeMap,
    fmt,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use toml::Spanned;

use crate::{
    hosts::AllowedHost,
    ids,
    routes::{self, Pattern},
    variables::Template,
};

/// An application as its manifest describes it.
#[derive(Debug, Clone)]
pub struct Manifest {
    path: PathBuf,
    name: String,
    version: String,
    variables: BTreeMap<String, Variable>,
    components: Vec<Component>,
    routes: Vec<Route>,
}

/// A variable that the operator may set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The value where none is given; without one the variable is required.
    pub default: Option<String>,
    /// Whether a value must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether the value must not be shown.
    #[serde(default)]
    pub secret: bool,
    /// What the variable is for.
    pub description: Option<String>,
}

/// One function of the application and what it may reach.
#[derive(Debug, Clone)]
pub struct Component {
    id: String,
    source: PathBuf,
    description: String,
    key_value_stores: Vec<String>,
    variables: BTreeMap<String, Template>,
    allowed_outbound_hosts: Vec<Template>,
    build: Option<Build>,
}

/// How a component is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Shell commands, run one after the other.
    pub commands: Vec<String>,
    /// Where they run.
    pub folder: PathBuf,
}

/// A path pattern and what answers it.
#[derive(Debug, Clone)]
pub struct Route {
    /// The pattern; `None` for a component that no path leads to (`private = true`).
    pub pattern: Option<Pattern>,
    /// What answers.
    pub target: Target,
}

/// What answers a route.
#[derive(Debug, Clone)]
pub enum Target {
    /// The component of this id.
    Component(String),
    /// The host itself, always alike.
    Static(StaticResponse),
}

/// An answer that needs no component.
#[derive(Debug, Clone, Deserialize)]
pub struct StaticResponse {
    /// The status, 200 where the manifest names none.
    #[serde(default = "ok")]
    pub status_code: u16,
    /// The header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Option<String>,
}

fn ok() -> u16 {
    200
}

/// Why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    /// The manifest.
    pub path: PathBuf,
    /// The line, from 1 on, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub kind: ManifestErrorKind,
}

/// What can be wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestErrorKind {
    /// The file cannot be read.
    Unreadable(String),
    /// It is not TOML, or has a key or a value that no manifest has.
    Malformed(String),
    /// It has another version than 2.
    Version(String),
    /// It uses something that Spin has and the embedded host lacks.
    Unsupported {
        /// The feature, by its key in the manifest.
        feature: String,
        /// The component that uses it, where it is one.
        component: Option<String>,
    },
    /// A component id that is not `kebab-case`.
    ComponentId(String),
    /// A variable whose name is not `lower_snake_case`.
    VariableName(String),
    /// A variable with neither a default nor `required = true`.
    NeitherDefaultNorRequired(String),
    /// A variable with both a default and `required = true`.
    DefaultAndRequired(String),
    /// A component variable that names an application variable nobody declared.
    UnknownVariable {
        /// The component.
        component: String,
        /// The name between the braces.
        name: String,
    },
    /// A `{{` without its `}}`.
    Template {
        /// The component.
        component: String,
        /// What is wrong.
        reason: String,
    },
    /// A trigger that leads to a component that the manifest does not have.
    UnknownComponent(String),
    /// A trigger with both a component and a static response, or with neither.
    ComponentOrStatic,
    /// A route that cannot be read.
    Route {
        /// The route.
        route: String,
        /// What is wrong.
        reason: String,
    },
    /// Two triggers whose routes match the same paths.
    DuplicateRoute(String),
    /// A route under the paths that Spin answers itself.
    ReservedRoute(String),
    /// A `private` that is not `true`.
    PrivateFalse,
    /// A static response that is no HTTP response.
    StaticResponse(String),
    /// A store label that is neither `kebab-case` nor `snake_case`.
    StoreLabel {
        /// The component.
        component: String,
        /// The label.
        label: String,
    },
    /// An entry of `allowed_outbound_hosts` that cannot be read.
    OutboundHost {
        /// The component.
        component: String,
        /// What is wrong.
        reason: String,
    },
    /// A `workdir` that is not relative to the manifest.
    AbsoluteWorkdir(String),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Display for ManifestErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => write!(f, "the manifest cannot be read: {reason}"),
            Self::Malformed(reason) => f.write_str(reason),
            Self::Version(found) => {
                write!(f, "the manifest has version {found}, and only version 2 can be read")
            }
            Self::Unsupported { feature, component: None } => {
                write!(f, "`{feature}` is not supported by the embedded host (Spin has it)")
            }
            Self::Unsupported { feature, component: Some(component) } => write!(
                f,
                "the component `{component}` uses `{feature}`, which is not supported by the \
                 embedded host (Spin has it)"
            ),
            Self::ComponentId(id) => write!(f, "the component id `{id}` is not kebab-case"),
            Self::VariableName(reason) => write!(f, "the variable name {reason}"),
            Self::NeitherDefaultNorRequired(name) => write!(
                f,
                "the variable `{name}` has neither a default nor `required = true`: give it one"
            ),
            Self::DefaultAndRequired(name) => write!(
                f,
                "the variable `{name}` has both a default and `required = true`: keep one of them"
            ),
            Self::UnknownVariable { component, name } => write!(
                f,
                "the component `{component}` uses the variable `{name}`, which [variables] does \
                 not declare"
            ),
            Self::Template { component, reason } => {
                write!(f, "a variable of the component `{component}` is malformed: {reason}")
            }
            Self::UnknownComponent(id) => {
                write!(f, "a trigger leads to the component `{id}`, which the manifest lacks")
            }
            Self::ComponentOrStatic => {
                f.write_str("a trigger needs either a component or a static_response")
            }
            Self::Route { route, reason } => {
                write!(f, "the route `{route}` cannot be used: {reason}")
            }
            Self::DuplicateRoute(route) => {
                write!(f, "the route `{route}` matches the same paths as another one")
            }
            Self::ReservedRoute(route) => write!(
                f,
                "the route `{route}` would never be reached: Spin answers the paths under {} itself",
                routes::RESERVED
            ),
            Self::PrivateFalse => f.write_str(
                "a route is a path pattern or { private = true }, never private = false",
            ),
            Self::StaticResponse(reason) => {
                write!(f, "the static_response is no HTTP response: {reason}")
            }
            Self::StoreLabel { component, label } => write!(
                f,
                "the key_value_stores label `{label}` of the component `{component}` is neither \
                 kebab-case nor snake_case"
            ),
            Self::OutboundHost { component, reason } => {
                write!(f, "allowed_outbound_hosts of the component `{component}`: {reason}")
            }
            Self::AbsoluteWorkdir(folder) => {
                write!(f, "the build workdir `{folder}` must be relative to the manifest")
            }
        }
    }
}

impl std::error::Error for ManifestError {}

impl Manifest {
    /// Reads the manifest at `path`.
    ///
    /// # Errors
    /// When the file cannot be read or is not a manifest that this host can serve.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path).map_err(|error| ManifestError {
            path: path.to_owned(),
            line: None,
            kind: ManifestErrorKind::Unreadable(error.to_string()),
        })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a manifest; relative paths in it start at the folder of `path`.
    ///
    /// # Errors
    /// When the text is not a manifest that this host can serve.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ManifestError> {
        check(path, text).map_err(|At { offset, kind }| ManifestError {
            path: path.to_owned(),
            line: offset
                .and_then(|offset| text.get(..offset))
                .map(|before| 1 + before.matches('\n').count()),
            kind,
        })
    }

    /// The name of the application.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the application, empty where the manifest has none.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The manifest's own path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that relative paths start from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The declared variables by name.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<String, Variable> {
        &self.variables
    }

    /// The components, in the order of their ids.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The routes, in the order of the manifest.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }
}

impl Component {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where the wasm file lies.
    #[must_use]
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// What the component is for.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The labels of the stores that the component may open.
    #[must_use]
    pub fn key_value_stores(&self) -> &[String] {
        &self.key_value_stores
    }

    /// How the component is built, where the manifest says so.
    #[must_use]
    pub fn build(&self) -> Option<&Build> {
        self.build.as_ref()
    }

    /// The names of the variables that the component can read.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Whether the manifest has an address that the component may call.
    #[must_use]
    pub fn may_call_others(&self) -> bool {
        !self.allowed_outbound_hosts.is_empty()
    }

    pub(crate) fn variable_templates(&self) -> &BTreeMap<String, Template> {
        &self.variables
    }

    pub(crate) fn outbound_templates(&self) -> &[Template] {
        &self.allowed_outbound_hosts
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

// ---- The file as written ------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    spin_manifest_version: Option<Spanned<toml::Value>>,
    /// The key of version 1.
    spin_version: Option<Spanned<IgnoredAny>>,
    application: RawApplication,
    #[serde(default)]
    variables: BTreeMap<Spanned<String>, Variable>,
    trigger: RawTriggers,
    #[serde(default)]
    component: BTreeMap<Spanned<String>, RawComponent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawApplication {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "authors")]
    _authors: Option<Vec<String>>,
    // Checked by `spin build` alone.
    #[serde(rename = "targets")]
    _targets: Option<IgnoredAny>,
    trigger: Option<Spanned<BTreeMap<String, toml::Table>>>,
    #[serde(rename = "tool")]
    _tool: Option<BTreeMap<String, toml::Table>>,
}

/// `[[trigger.http]]`, and the names of all other trigger types.
struct RawTriggers {
    http: Vec<RawHttpTrigger>,
    others: Vec<Spanned<String>>,
}

// By hand, for serde's `flatten` would lose the places of errors.
impl<'de> Deserialize<'de> for RawTriggers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Triggers(PhantomData<()>);

        impl<'de> Visitor<'de> for Triggers {
            type Value = RawTriggers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of trigger types")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawTriggers, A::Error> {
                let mut triggers = RawTriggers { http: Vec::new(), others: Vec::new() };
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if key.get_ref() == "http" {
                        triggers.http = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        triggers.others.push(key);
                    }
                }
                Ok(triggers)
            }
        }

        deserializer.deserialize_map(Triggers(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHttpTrigger {
    #[serde(rename = "id")]
    _id: Option<String>,
    component: Option<Spanned<toml::Value>>,
    static_response: Option<Spanned<StaticResponse>>,
    route: Spanned<RawRoute>,
    executor: Option<Spanned<RawExecutor>>,
    components: Option<Spanned<IgnoredAny>>,
    dependencies: Option<Spanned<IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawRoute {
    Pattern(String),
    Private(RawPrivate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrivate {
    private: bool,
}

#[derive(Deserialize)]
struct RawExecutor {
    r#type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawComponent {
    source: Spanned<RawSource>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    variables: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    key_value_stores: Vec<Spanned<String>>,
    #[serde(default)]
    allowed_outbound_hosts: Vec<Spanned<String>>,
    build: Option<RawBuild>,
    #[serde(rename = "tool")]
    _tool: Option<BTreeMap<String, toml::Table>>,
    // Checked by `spin build` alone.
    #[serde(rename = "targets")]
    _targets: Option<IgnoredAny>,
    // The rest is what this host lacks.
    environment: Option<Spanned<toml::Table>>,
    files: Option<Spanned<Vec<toml::Value>>>,
    exclude_files: Option<Spanned<Vec<toml::Value>>>,
    allowed_http_hosts: Option<Spanned<Vec<toml::Value>>>,
    sqlite_databases: Option<Spanned<Vec<toml::Value>>>,
    ai_models: Option<Spanned<Vec<toml::Value>>>,
    dependencies: Option<Spanned<toml::Table>>,
    dependencies_inherit_configuration: Option<Spanned<bool>>,
    profile: Option<Spanned<toml::Table>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawSource {
    Path(String),
    Remote(toml::Table),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBuild {
    command: OneOrMany,
    workdir: Option<Spanned<String>>,
    #[serde(rename = "watch")]
    _watch: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

// ---- The checks ---------------------------------------------------------------------------------

/// An error with its place in the text.
struct At {
    offset: Option<usize>,
    kind: ManifestErrorKind,
}

/// Puts an error where `place` was written.
fn at<T>(place: &Spanned<T>, kind: ManifestErrorKind) -> At {
    At { offset: Some(place.span().start), kind }
}

fn check(path: &Path, text: &str) -> Result<Manifest, At> {
    let raw: RawManifest = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return Err(malformed(text, &error)),
    };
    check_version(&raw)?;
    if let Some(place) = &raw.application.trigger {
        check_trigger_settings(place)?;
    }
    if let Some(other) = raw.trigger.others.first() {
        return Err(at(other, unsupported(&format!("trigger.{}", other.get_ref()), None)));
    }
    let variables = check_variables(raw.variables)?;
    let mut components = Vec::new();
    for (id, component) in raw.component {
        components.push(check_component(folder_of(path), &id, component, &variables)?);
    }
    let routes = check_routes(raw.trigger.http, &components)?;
    Ok(Manifest {
        path: path.to_owned(),
        name: raw.application.name,
        version: raw.application.version,
        variables,
        components,
        routes,
    })
}

/// What toml says, or the better words where an old manifest is the reason.
fn malformed(text: &str, error: &toml::de::Error) -> At {
    #[derive(Deserialize)]
    struct Version {
        spin_manifest_version: Option<toml::Value>,
        spin_version: Option<toml::Value>,
    }
    let offset = error.span().map(|span| span.start);
    if let Ok(Version { spin_manifest_version, spin_version }) = toml::from_str(text)
        && let Some(found) = spin_manifest_version.or(spin_version)
        && found.as_integer() != Some(2)
    {
        return At { offset, kind: ManifestErrorKind::Version(shown(&found)) };
    }
    At { offset, kind: ManifestErrorKind::Malformed(error.message().to_owned()) }
}

/// A version as somebody wrote it.
fn shown(version: &toml::Value) -> String {
    match (version.as_integer(), version.as_str()) {
        (Some(number), _) => number.to_string(),
        (None, Some(text)) => text.to_owned(),
        (None, None) => format!("of the type {}", version.type_str()),
    }
}

fn check_version(raw: &RawManifest) -> Result<(), At> {
    if let Some(old) = &raw.spin_version {
        return Err(at(old, ManifestErrorKind::Version("1".to_owned())));
    }
    match &raw.spin_manifest_version {
        Some(version) if version.get_ref().as_integer() == Some(2) => Ok(()),
        Some(version) => Err(at(version, ManifestErrorKind::Version(shown(version.get_ref())))),
        None => Err(At {
            offset: None,
            kind: ManifestErrorKind::Malformed("missing field `spin_manifest_version`".to_owned()),
        }),
    }
}

/// `[application.trigger.http]` may only say what is so anyway.
fn check_trigger_settings(settings: &Spanned<BTreeMap<String, toml::Table>>) -> Result<(), At> {
    for (trigger, table) in settings.get_ref() {
        for (key, value) in table {
            if (trigger.as_str(), key.as_str(), value.as_str()) != ("http", "base", Some("/")) {
                let feature = format!("application.trigger.{trigger}.{key}");
                return Err(at(settings, unsupported(&feature, None)));
            }
        }
    }
    Ok(())
}

fn check_variables(
    raw: BTreeMap<Spanned<String>, Variable>,
) -> Result<BTreeMap<String, Variable>, At> {
    let mut variables = BTreeMap::new();
    for (name, variable) in raw {
        ids::lower_snake(name.get_ref())
            .map_err(|reason| at(&name, ManifestErrorKind::VariableName(reason)))?;
        let kind = match (&variable.default, variable.required) {
            (None, false) => ManifestErrorKind::NeitherDefaultNorRequired,
            (Some(_), true) => ManifestErrorKind::DefaultAndRequired,
            (Some(_), false) | (None, true) => {
                variables.insert(name.into_inner(), variable);
                continue;
            }
        };
        return Err(at(&name, kind(name.get_ref().clone())));
    }
    Ok(variables)
}

fn check_component(
    folder: &Path,
    id: &Spanned<String>,
    raw: RawComponent,
    declared: &BTreeMap<String, Variable>,
) -> Result<Component, At> {
    let component = id.get_ref().clone();
    if !ids::is_kebab(&component) {
        return Err(at(id, ManifestErrorKind::ComponentId(component)));
    }
    refuse_what_is_missing(&component, &raw)?;
    let source = match raw.source.get_ref() {
        RawSource::Path(path) => folder.join(path),
        RawSource::Remote(table) => {
            let key = if table.contains_key("url") { "source.url" } else { "source.registry" };
            return Err(at(&raw.source, unsupported(key, Some(&component))));
        }
    };
    let mut variables = BTreeMap::new();
    for (name, text) in raw.variables {
        ids::lower_snake(name.get_ref())
            .map_err(|reason| at(&name, ManifestErrorKind::VariableName(reason)))?;
        let template = check_template(&component, &text, declared)?;
        variables.insert(name.into_inner(), template);
    }
    let mut allowed_outbound_hosts = Vec::new();
    for text in &raw.allowed_outbound_hosts {
        let template = check_template(&component, text, declared)?;
        // One with variables in it can only be read once they have values.
        if template.names().is_empty() {
            AllowedHost::parse(text.get_ref())
                .map_err(|error| at(text, error.in_component(&component)))?;
        }
        allowed_outbound_hosts.push(template);
    }
    for label in &raw.key_value_stores {
        if !ids::is_kebab(label.get_ref()) && !ids::is_snake(label.get_ref()) {
            let label_text = label.get_ref().clone();
            return Err(at(label, ManifestErrorKind::StoreLabel { component, label: label_text }));
        }
    }
    Ok(Component {
        source,
        description: raw.description,
        key_value_stores: raw.key_value_stores.into_iter().map(Spanned::into_inner).collect(),
        variables,
        allowed_outbound_hosts,
        build: raw.build.map(|build| check_build(folder, build)).transpose()?,
        id: component,
    })
}

fn refuse_what_is_missing(component: &str, raw: &RawComponent) -> Result<(), At> {
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
            Err(At { offset: Some(offset), kind: unsupported(feature, Some(component)) })
        }
        None => Ok(()),
    }
}

fn check_template(
    component: &str,
    text: &Spanned<String>,
    declared: &BTreeMap<String, Variable>,
) -> Result<Template, At> {
    let component = || component.to_owned();
    let template = Template::parse(text.get_ref()).map_err(|reason| {
        at(text, ManifestErrorKind::Template { component: component(), reason })
    })?;
    if let Some(name) = template.names().into_iter().find(|name| !declared.contains_key(*name)) {
        let name = name.to_owned();
        return Err(at(text, ManifestErrorKind::UnknownVariable { component: component(), name }));
    }
    Ok(template)
}

fn check_build(folder: &Path, raw: RawBuild) -> Result<Build, At> {
    let folder = match raw.workdir {
        Some(workdir) if Path::new(workdir.get_ref()).has_root() => {
            let kind = ManifestErrorKind::AbsoluteWorkdir(workdir.get_ref().clone());
            return Err(at(&workdir, kind));
        }
        Some(workdir) => folder.join(workdir.get_ref()),
        None => folder.to_owned(),
    };
    let commands = match raw.command {
        OneOrMany::One(command) => vec![command],
        OneOrMany::Many(commands) => commands,
    };
    Ok(Build { commands, folder })
}

fn check_routes(raw: Vec<RawHttpTrigger>, components: &[Component]) -> Result<Vec<Route>, At> {
    let mut routes: Vec<Route> = Vec::new();
    for trigger in raw {
        if let Some(place) = &trigger.components {
            return Err(at(place, unsupported("trigger.http.components", None)));
        }
        if let Some(place) = &trigger.dependencies {
            return Err(at(place, unsupported("trigger.http.dependencies", None)));
        }
        if let Some(executor) = &trigger.executor
            && !["http", "spin"].contains(&executor.get_ref().r#type.as_str())
        {
            let feature = format!("executor = {}", executor.get_ref().r#type);
            return Err(at(executor, unsupported(&feature, None)));
        }
        let target = match (trigger.component, trigger.static_response) {
            (Some(reference), None) => check_reference(&reference, components)?,
            (None, Some(response)) => {
                check_static_response(&response)?;
                Target::Static(response.into_inner())
            }
            (None, None) | (Some(_), Some(_)) => {
                return Err(at(&trigger.route, ManifestErrorKind::ComponentOrStatic));
            }
        };
        let pattern = check_route(&trigger.route, &routes)?;
        routes.push(Route { pattern, target });
    }
    Ok(routes)
}

fn check_reference(
    reference: &Spanned<toml::Value>,
    components: &[Component],
) -> Result<Target, At> {
    let Some(id) = reference.get_ref().as_str() else {
        return Err(at(reference, unsupported("an inline component in a trigger", None)));
    };
    if components.iter().any(|component| component.id == id) {
        return Ok(Target::Component(id.to_owned()));
    }
    Err(at(reference, ManifestErrorKind::UnknownComponent(id.to_owned())))
}

fn check_static_response(response: &Spanned<StaticResponse>) -> Result<(), At> {
    let StaticResponse { status_code, headers, .. } = response.get_ref();
    let mut builder = http::Response::builder().status(*status_code);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    match builder.body(()) {
        Ok(_) => Ok(()),
        Err(error) => Err(at(response, ManifestErrorKind::StaticResponse(error.to_string()))),
    }
}

/// The pattern, or `None` for a private endpoint.
fn check_route(raw: &Spanned<RawRoute>, earlier: &[Route]) -> Result<Option<Pattern>, At> {
    let route = match raw.get_ref() {
        RawRoute::Private(RawPrivate { private: true }) => return Ok(None),
        RawRoute::Private(RawPrivate { private: false }) => {
            return Err(at(raw, ManifestErrorKind::PrivateFalse));
        }
        RawRoute::Pattern(route) => route,
    };
    let pattern = Pattern::parse(route)
        .map_err(|reason| at(raw, ManifestErrorKind::Route { route: route.clone(), reason }))?;
    if pattern.is_reserved() {
        return Err(at(raw, ManifestErrorKind::ReservedRoute(route.clone())));
    }
    if earlier.iter().filter_map(|route| route.pattern.as_ref()).any(|one| one.same_paths(&pattern))
    {
        return Err(at(raw, ManifestErrorKind::DuplicateRoute(route.clone())));
    }
    Ok(Some(pattern))
}

pub(crate) fn unsupported(feature: &str, component: Option<&str>) -> ManifestErrorKind {
    ManifestErrorKind::Unsupported {
        feature: feature.to_owned(),
        component: component.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
spin_manifest_version = 2

[application]
name = "desk"
version = "0.1.0"
description = "d"
authors = ["a"]
[application.tool.x]
anything = true

[variables]
root_secret = { required = true, secret = true, description = "why" }
app_name = { default = "OnCall" }

[[trigger.http]]
route = "/a/..."
component = "a"

[[trigger.http]]
route = { private = true }
component = "a"

[[trigger.http]]
route = "/robots.txt"
static_response = { status_code = 200, headers = { "content-type" = "text/plain" }, body = "x" }

[component.a]
source = "target/a.wasm"
description = "the a"
key_value_stores = ["default"]
allowed_outbound_hosts = ["https://mail.example", "https://{{ app_name }}.example"]
files = []
[component.a.variables]
secret = "{{ root_secret }}"
[component.a.build]
command = ["one", "two"]
workdir = "functions/a"
watch = ["src/**/*.rs"]
[component.a.tool.y]
z = 1
"#;

    fn parse(text: &str) -> Result<Manifest, ManifestError> {
        Manifest::parse(Path::new("app/spin.toml"), text)
    }

    /// The good manifest with one line replaced, and the place and kind of the error that gives.
    fn broken(line: &str, replacement: &str) -> (Option<usize>, ManifestErrorKind) {
        assert!(GOOD.contains(line), "{line}");
        let error = parse(&GOOD.replacen(line, replacement, 1)).unwrap_err();
        assert!(error.to_string().starts_with("app/spin.toml"), "{error}");
        (error.line, error.kind)
    }

    /// The line of the good manifest that holds `text`.
    fn line_of(text: &str) -> Option<usize> {
        Some(1 + GOOD.lines().position(|line| line.contains(text)).unwrap())
    }

    #[test]
    fn a_whole_manifest_is_understood() {
        let manifest = parse(GOOD).unwrap();
        assert_eq!((manifest.name(), manifest.version()), ("desk", "0.1.0"));
        assert!(manifest.variables().get("root_secret").unwrap().required);
        let [component] = manifest.components() else { panic!("one component") };
        assert_eq!(component.id(), "a");
        assert_eq!(component.source(), Path::new("app/target/a.wasm"));
        assert_eq!(component.key_value_stores(), ["default"]);
        assert_eq!(component.variables().collect::<Vec<_>>(), ["secret"]);
        let build = component.build().unwrap();
        assert_eq!(build.commands, ["one", "two"]);
        assert_eq!(build.folder, Path::new("app/functions/a"));
        let patterns: Vec<_> = manifest
            .routes()
            .iter()
            .map(|route| route.pattern.as_ref().map(Pattern::as_str))
            .collect();
        assert_eq!(patterns, [Some("/a/..."), None, Some("/robots.txt")]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Manifest::load(Path::new("/no/such/spin.toml")).unwrap_err();
        assert!(matches!(error.kind, ManifestErrorKind::Unreadable(_)));
        assert!(error.to_string().starts_with("/no/such/spin.toml: "), "{error}");
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        let (line, kind) = broken("name = \"desk\"", "name = desk");
        assert_eq!(line, line_of("name = \"desk\""));
        assert!(matches!(kind, ManifestErrorKind::Malformed(_)));
    }

    #[test]
    fn unknown_keys_are_errors() {
        for (line, replacement) in [
            ("version = \"0.1.0\"", "verison = \"0.1.0\""),
            ("description = \"the a\"", "descripton = \"the a\""),
            ("component = \"a\"", "component = \"a\"\nrout = 1"),
            ("default = \"OnCall\"", "defautl = \"OnCall\""),
            ("watch = [", "wach = ["),
        ] {
            let (found, kind) = broken(line, replacement);
            assert!(matches!(kind, ManifestErrorKind::Malformed(_)), "{replacement}: {kind:?}");
            assert!(found.is_some(), "{replacement}");
        }
    }

    #[test]
    fn other_versions_are_refused_by_name() {
        let (_, kind) = broken("spin_manifest_version = 2", "spin_manifest_version = 3");
        assert_eq!(kind, ManifestErrorKind::Version("3".to_owned()));
        let error = parse("spin_version = \"1\"\nname = \"x\"").unwrap_err();
        assert!(matches!(error.kind, ManifestErrorKind::Version(_)), "{error}");
    }

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

    #[test]
    fn variables_have_a_default_or_are_required() {
        let (line, kind) = broken("{ default = \"OnCall\" }", "{ secret = true }");
        assert_eq!(kind, ManifestErrorKind::NeitherDefaultNorRequired("app_name".to_owned()));
        assert_eq!(line, line_of("app_name = {"));
        let (_, kind) = broken("required = true,", "required = true, default = \"x\",");
        assert_eq!(kind, ManifestErrorKind::DefaultAndRequired("root_secret".to_owned()));
        let (_, kind) = broken("app_name = {", "App-Name = {");
        assert!(matches!(kind, ManifestErrorKind::VariableName(_)));
    }

    #[test]
    fn templates_name_declared_variables() {
        let (line, kind) = broken("\"{{ root_secret }}\"", "\"{{ rot_secret }}\"");
        let expected = ManifestErrorKind::UnknownVariable {
            component: "a".to_owned(),
            name: "rot_secret".to_owned(),
        };
        assert_eq!(kind, expected);
        assert_eq!(line, line_of("{{ root_secret }}"));
        let (_, kind) = broken("\"{{ root_secret }}\"", "\"{{ root_secret\"");
        assert!(matches!(kind, ManifestErrorKind::Template { .. }));
    }

    #[test]
    fn triggers_lead_to_a_known_component_or_a_static_response() {
        let (line, kind) = broken("component = \"a\"", "component = \"b\"");
        assert_eq!(kind, ManifestErrorKind::UnknownComponent("b".to_owned()));
        assert_eq!(line, line_of("component = \"a\""));
        let (_, kind) = broken("component = \"a\"", "");
        assert_eq!(kind, ManifestErrorKind::ComponentOrStatic);
        let (_, kind) = broken("component = \"a\"", "component = \"a\"\nstatic_response = {}");
        assert_eq!(kind, ManifestErrorKind::ComponentOrStatic);
        let (_, kind) = broken("status_code = 200", "status_code = 9999");
        assert!(matches!(kind, ManifestErrorKind::StaticResponse(_)));
    }

    #[test]
    fn routes_are_distinct_and_reachable() {
        let (line, kind) = broken("\"/robots.txt\"", "\"/a/*\"");
        assert_eq!(kind, ManifestErrorKind::DuplicateRoute("/a/*".to_owned()));
        assert_eq!(line, line_of("/robots.txt"));
        let (_, kind) = broken("\"/robots.txt\"", "\"/.well-known/spin/health\"");
        assert_eq!(kind, ManifestErrorKind::ReservedRoute("/.well-known/spin/health".to_owned()));
        let (_, kind) = broken("\"/robots.txt\"", "\"/.../x\"");
        assert!(matches!(kind, ManifestErrorKind::Route { .. }));
        let (_, kind) = broken("private = true", "private = false");
        assert_eq!(kind, ManifestErrorKind::PrivateFalse);
    }

    #[test]
    fn ids_labels_hosts_and_folders_have_their_shapes() {
        let (_, kind) = broken("[component.a]", "[component.A_b]\nsource = \"x\"\n[component.a]");
        assert_eq!(kind, ManifestErrorKind::ComponentId("A_b".to_owned()));
        let (_, kind) = broken("[\"default\"]", "[\"b@d\"]");
        assert!(matches!(kind, ManifestErrorKind::StoreLabel { .. }));
        let (line, kind) = broken("\"https://mail.example\"", "\"mail.example\"");
        assert!(matches!(kind, ManifestErrorKind::OutboundHost { .. }));
        assert_eq!(line, line_of("https://mail.example"));
        let (_, kind) = broken("\"https://mail.example\"", "\"http://b.spin.internal\"");
        assert!(matches!(kind, ManifestErrorKind::Unsupported { .. }));
        let (_, kind) = broken("\"functions/a\"", "\"/functions/a\"");
        assert_eq!(kind, ManifestErrorKind::AbsoluteWorkdir("/functions/a".to_owned()));
    }
}
