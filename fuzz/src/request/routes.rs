//! Which function answers an address, by the routes of the manifest and by Spin's rule: from the left, a literal segment
//! goes before a parameter, and a parameter before the wildcard.

use std::sync::LazyLock;

const MANIFEST: &str = include_str!("../../../spin.toml");

struct Route {
    path: &'static str,
    component: &'static str,
}

/// The routes, read line by line: each has the line of its component behind its own.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let value = |line: &'static str, name: &str| {
        line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"')
    };
    let lines: Vec<&str> = MANIFEST.lines().collect();
    let routes = lines.windows(2).filter_map(|lines| match lines {
        [route, component] => {
            Some(Route { path: value(route, "route")?, component: value(component, "component")? })
        }
        _ => None,
    });
    let routes: Vec<Route> = routes.collect();
    let headers = MANIFEST.lines().filter(|line| line.trim() == "[[trigger.http]]").count();
    assert_eq!(routes.len(), headers, "every route of the manifest is read");
    routes
});

static COMPONENTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut components: Vec<&str> = ROUTES.iter().map(|route| route.component).collect();
    components.sort_unstable();
    components.dedup();
    components
});

/// Every component that has a route, in the order of their names.
pub(super) fn components() -> &'static [&'static str] {
    &COMPONENTS
}

/// The component that answers a target.
pub(super) fn component(target: &str) -> &'static str {
    let path = target.split('?').next().unwrap_or_default().trim_matches('/');
    let path: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
    let ranked =
        ROUTES.iter().filter_map(|route| Some((rank(route.path, &path)?, route.component)));
    let found = ranked.min().map(|(_, component)| component);
    assert!(found.is_some(), "no route for {target:?}");
    found.unwrap_or_default()
}

/// How closely a route fits a path, the closest first; `None` if it does not.
fn rank(route: &str, path: &[&str]) -> Option<Vec<u8>> {
    let (route, is_open) = match route.strip_suffix("...") {
        Some(prefix) => (prefix, true),
        None => (route, false),
    };
    let route: Vec<&str> = route.split('/').filter(|segment| !segment.is_empty()).collect();
    if route.len() > path.len() || !is_open && route.len() < path.len() {
        return None;
    }
    let mut rank = Vec::with_capacity(route.len() + 1);
    for (known, sent) in route.iter().zip(path) {
        match known.strip_prefix(':') {
            Some(_) => rank.push(1),
            None if known == sent => rank.push(0),
            None => return None,
        }
    }
    rank.extend(is_open.then_some(2));
    Some(rank)
}
