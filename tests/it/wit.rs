//! Each built component held to its world in `wit/`, to its grants in `spin.toml`, and to its size.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
};

use desk_app::Setup;
use desk_host::manifest::Component;
use site::Site;
use wit_component::{DecodedWasm, decode};
use wit_parser::{
    Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, World, WorldId, WorldItem,
    WorldKey,
};

use crate::harness::{functions, root, target::variables, tell};

/// The most bytes of one component, and of all together. Size costs nothing that a person feels; this guards against accidents.
const LARGEST: usize = 2_500_000;
const LARGEST_TOGETHER: usize = 15_000_000;

/// A world, and what its ids refer to.
struct Reached {
    resolve: Resolve,
    world: WorldId,
}

impl Reached {
    /// What a built component really imports and exports.
    fn component(component: &Component) -> Self {
        let bytes = fs::read(component.source()).unwrap();
        match decode(&bytes).unwrap() {
            DecodedWasm::Component(resolve, world) => Self { resolve, world },
            DecodedWasm::WitPackage(..) => panic!("{} is no component", component.id()),
        }
    }

    /// What a function may import and must export, as `wit/` says.
    fn declared(name: &str) -> Self {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
        let world = resolve.select_world(&[package], Some(name)).unwrap();
        Self { resolve, world }
    }

    fn world(&self) -> &World {
        &self.resolve.worlds[self.world]
    }

    fn imports(&self) -> BTreeSet<String> {
        self.world().imports.keys().map(|key| self.resolve.name_world_key(key)).collect()
    }

    fn exports(&self) -> BTreeSet<String> {
        self.world().exports.keys().map(|key| self.resolve.name_world_key(key)).collect()
    }

    /// The functions of every interface on either side of the world, each with its signature.
    fn signatures(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let items = self.world().imports.iter().chain(&self.world().exports);
        items
            .map(|(key, item)| {
                let functions = match (key, item) {
                    (WorldKey::Interface(id), WorldItem::Interface { .. }) => self.functions(*id),
                    other => panic!("a world of ours has only named interfaces, not {other:?}"),
                };
                (self.resolve.name_world_key(key), functions)
            })
            .collect()
    }

    fn functions(&self, interface: InterfaceId) -> BTreeMap<String, String> {
        let functions = self.resolve.interfaces[interface].functions.iter();
        functions.map(|(name, function)| (name.clone(), self.signature(function))).collect()
    }

    /// A signature with every type written out, so that two packages can be compared.
    fn signature(&self, function: &Function) -> String {
        let mut text = String::new();
        if function.kind.is_async() {
            text.push_str("async ");
        }
        let parameters: Vec<String> = function
            .params
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name, self.shape(&parameter.ty)))
            .collect();
        write!(text, "func({})", parameters.join(", ")).unwrap();
        if let Some(result) = &function.result {
            write!(text, " -> {}", self.shape(result)).unwrap();
        }
        text
    }

    fn shape(&self, shape: &Type) -> String {
        let optional = |shape: &Option<Type>| match shape {
            Some(shape) => self.shape(shape),
            None => "_".to_owned(),
        };
        let Type::Id(id) = shape else { return format!("{shape:?}") };
        let definition = &self.resolve.types[*id];
        match &definition.kind {
            TypeDefKind::Type(alias) => self.shape(alias),
            TypeDefKind::Resource => self.resource(*id),
            TypeDefKind::Handle(Handle::Own(id)) => format!("own<{}>", self.resource(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", self.resource(*id)),
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields =
                    fields.map(|field| format!("{}: {}", field.name, self.shape(&field.ty)));
                format!("record {{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases = cases.map(|case| format!("{}({})", case.name, optional(&case.ty)));
                format!("variant {{{}}}", cases.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Enum(names) => {
                let cases = names.cases.iter().map(|case| case.name.clone());
                format!("enum {{{}}}", cases.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Flags(names) => {
                let flags = names.flags.iter().map(|flag| flag.name.clone());
                format!("flags {{{}}}", flags.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Tuple(tuple) => {
                let types = tuple.types.iter().map(|shape| self.shape(shape));
                format!("tuple<{}>", types.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Option(shape) => format!("option<{}>", self.shape(shape)),
            TypeDefKind::Result(result) => {
                format!("result<{}, {}>", optional(&result.ok), optional(&result.err))
            }
            TypeDefKind::List(shape) => format!("list<{}>", self.shape(shape)),
            TypeDefKind::Future(shape) => format!("future<{}>", optional(shape)),
            TypeDefKind::Stream(shape) => format!("stream<{}>", optional(shape)),
            other => panic!("no interface of ours has a {}", other.as_str()),
        }
    }

    /// A resource by its own name, wherever it is used from.
    fn resource(&self, id: TypeId) -> String {
        let definition = &self.resolve.types[id];
        match (&definition.kind, &definition.name) {
            (TypeDefKind::Type(Type::Id(origin)), _) => self.resource(*origin),
            (_, Some(name)) => name.clone(),
            (_, None) => panic!("a resource without a name"),
        }
    }
}

#[test]
fn components_import_and_export_what_their_worlds_say() {
    let mut wrong = Vec::new();
    for component in functions::built().components() {
        let id = component.id();
        let (real, declared) = (Reached::component(component), Reached::declared(id));
        for (verb, real, declared) in [
            ("imports", real.imports(), declared.imports()),
            ("exports", real.exports(), declared.exports()),
        ] {
            let more = real.difference(&declared).map(|name| format!("{id} {verb} {name} too"));
            let less = declared.difference(&real).map(|name| format!("{id} never {verb} {name}"));
            wrong.extend(more.chain(less));
        }
        let allowed = declared.signatures();
        for (interface, functions) in real.signatures() {
            // Interfaces that only Rust's standard library uses may be named and no more.
            let Some(allowed) = allowed.get(&interface).filter(|allowed| !allowed.is_empty())
            else {
                continue;
            };
            for (name, signature) in functions {
                if allowed.get(&name) != Some(&signature) {
                    wrong.push(format!("{id} uses {interface} {name} as {signature}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_world_is_a_component_and_the_other_way_round() {
    // What all of them share is a world as well.
    const SHARED: &str = "function";
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    let worlds: BTreeSet<&str> = resolve.packages[package]
        .worlds
        .keys()
        .map(String::as_str)
        .filter(|name| *name != SHARED)
        .collect();
    let components: BTreeSet<&str> =
        functions::manifest().components().iter().map(Component::id).collect();
    assert_eq!(worlds, components);
}

/// The names of the variables that parsing a configuration asks for.
fn names_asked(
    parse: impl FnOnce(&dyn Fn(&'static str) -> Option<String>),
) -> BTreeSet<&'static str> {
    let names = RefCell::new(BTreeSet::new());
    let manifest = functions::manifest().variables();
    parse(&|name| {
        names.borrow_mut().insert(name);
        // What has no default is refused where it is empty, and parsing ends there.
        let given = variables().get(name).cloned();
        given.or_else(|| manifest.get(name).and_then(|variable| variable.default.clone()))
    });
    names.into_inner()
}

#[test]
fn components_ask_for_the_variables_that_the_manifest_grants() {
    let asked_by_all = names_asked(|variable| drop(Setup::new(variable)));
    let asked_by_site = names_asked(|variable| drop(Site::new(variable)));
    for component in functions::manifest().components() {
        let granted: BTreeSet<&str> = component.variables().collect();
        if component.id() == "site" {
            assert_eq!(granted, asked_by_site, "variables of site");
        } else {
            // A variable that is granted and asked for by nobody has a wrong name.
            let unknown: Vec<_> = granted.difference(&asked_by_all).collect();
            assert!(unknown.is_empty(), "variables of {}: {unknown:?}", component.id());
        }
    }
}

#[test]
fn the_manifest_grants_what_the_worlds_import_and_nothing_else() {
    for component in functions::manifest().components() {
        let imports = Reached::declared(component.id()).imports();
        let any = |prefix: &str| imports.iter().any(|name| name.starts_with(prefix));
        let id = component.id();
        let stores = any("spin:key-value/") || any("wasi:keyvalue/");
        assert_eq!(!component.key_value_stores().is_empty(), stores, "stores of {id}");
        let variables = component.variables().next().is_some();
        assert_eq!(variables, any("spin:variables/"), "variables of {id}");
        // Whoever scans reads everything there is, so nobody but operators and the mailer may make a component scan; and
        // the sweep, which tells nobody what it saw.
        let scans = ["console", "mailer", "sweep"].contains(&id);
        assert_eq!(any("wasi:keyvalue/"), scans, "the scan of {id}");
        // What may call others may call the mailer, and Amazon where it signs.
        let calls = !["site", "policy", "feedback"].contains(&id);
        assert_eq!(any("wasi:http/client"), calls, "the calls of {id}");
        assert_eq!(component.may_call_others(), calls, "the hosts of {id}");
        for never in ["wasi:sockets/", "wasi:filesystem/", "spin:sqlite/"] {
            assert!(!any(never), "{id} imports {never}");
        }
    }
}

#[test]
fn no_component_grew_by_accident() {
    let mut table = format!("{:<16} {:>9}\n", "component", "bytes");
    let mut sizes = Vec::new();
    for component in functions::built().components() {
        let bytes = fs::read(component.source()).unwrap().len();
        writeln!(table, "{:<16} {bytes:>9}", component.id()).unwrap();
        sizes.push(bytes);
    }
    let together: usize = sizes.iter().sum();
    writeln!(table, "{:<16} {together:>9}", "together").unwrap();
    tell(&table);
    assert!(sizes.iter().all(|bytes| *bytes <= LARGEST), "{table}");
    assert!(together <= LARGEST_TOGETHER, "{table}");
}
