//! `desk secrets` as a person types it.

use crate::harness::run;

#[test]
fn secrets_are_fresh_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let print = || {
        let said = run(folder.path(), &["secrets"]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    };
    let one = print();
    for name in ["\nSPIN_VARIABLE_ROOT_SECRET=", "\nSPIN_VARIABLE_OPERATOR_TOKEN="] {
        assert!(one.contains(name), "{one}");
    }
    assert_ne!(one, print());
}
