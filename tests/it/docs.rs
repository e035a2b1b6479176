//! The documents point at things that exist.

use std::{collections::BTreeSet, fs, path::Path};

use crate::harness;

/// The names of all functions in the Rust files below a folder.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let after = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
            names.extend(after.map(str::to_owned));
        }
    }
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let root = harness::root();
    let mut known = BTreeSet::new();
    functions(&root.join("crates"), &mut known);
    functions(&root.join("functions"), &mut known);
    functions(&root.join("tests"), &mut known);
    let page = fs::read_to_string(root.join("docs/ARCHITECTURE.md")).unwrap();
    let invariants = page.split("## What must stay true").nth(1).unwrap();
    let invariants = invariants.split("\n## ").next().unwrap();
    for line in invariants.lines().filter(|line| line.starts_with("- ")) {
        let named: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named: {line}");
        for name in named {
            assert!(known.contains(name), "there is no test {name}");
        }
    }
}

#[test]
fn every_variable_is_documented() {
    let root = harness::root();
    let manifest = fs::read_to_string(root.join("spin.toml")).unwrap();
    let declared = manifest.split("\n[variables]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let page = fs::read_to_string(root.join("docs/operating.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let names = declared.lines().filter_map(|line| line.split_once(" = {")).map(|(name, _)| name);
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(rows.iter().any(|row| row.contains(&format!("`{name}`"))), "{name}");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let root = harness::root();
    let pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root.join(name));
    let folders = ["docs", "docs/decisions"].map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let docs = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    for page in
        pages.into_iter().chain(docs.filter(|path| path.extension().is_some_and(|e| e == "md")))
    {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap();
            if !file.is_empty() && !file.contains("://") {
                let target = page.parent().unwrap().join(file);
                assert!(target.exists(), "{} links to {link}", page.display());
            }
        }
    }
}
