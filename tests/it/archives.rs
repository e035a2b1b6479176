//! Archives as others read them: Python's `zipfile` and Info-ZIP's `unzip`, where they are installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use desk_core::time::Timestamp;
use desk_core::zip::Zip;

use crate::harness::program;

/// Reads every entry, checks its checksum, and prints the names with what was found in them: first from the beginning, as
/// what unpacks while it downloads does, and then by the directory.
const READER: &str = "\
import hashlib, json, struct, sys, zipfile, zlib
with open(sys.argv[1], 'rb') as archive:
    while (head := archive.read(30))[:4] == b'PK\\3\\4':
        assert struct.unpack('<HH', head[6:10]) == (0x808, 8), head
        archive.read(sum(struct.unpack('<HH', head[26:30])))
        begin, inflate, sum_, size = archive.tell(), zlib.decompressobj(-15), 0, 0
        while not inflate.eof:
            chunk = archive.read(65536)
            assert chunk
            content = inflate.decompress(chunk)
            sum_, size = zlib.crc32(content, sum_), size + len(content)
        archive.seek(-len(inflate.unused_data), 1)
        packed = archive.tell() - begin
        assert struct.unpack('<IIII', archive.read(16)) == (0x08074b50, sum_, packed, size)
    assert head[:4] in (b'PK\\1\\2', b'PK\\5\\6'), head
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps({entry.filename: hashlib.sha256(archive.read(entry)).hexdigest() for entry in archive.infolist()}))
";

/// Has others read an archive. Gives the SHA-256 of every entry by its name, in hexadecimal, as Python found it; `None`
/// where there is no Python.
pub(crate) fn check(archive: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.zip");
    fs::write(&path, archive).unwrap();
    if let Some(output) = run("unzip", &["-tqq"], &path) {
        assert!(output.status.success(), "unzip: {output:?}");
        assert!(output.stderr.is_empty(), "unzip: {output:?}");
    }
    let output = run("python3", &["-c", READER], &path)?;
    assert!(output.status.success(), "python3: {output:?}");
    assert!(output.stderr.is_empty(), "python3: {output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The folder of an archive's files, beside it; `None` where there is no Python.
pub(crate) fn unpacked(archive: &Path) -> Option<PathBuf> {
    let folder = archive.with_extension("");
    let unpack = [
        "-c",
        "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[1].removesuffix('.zip'))",
    ];
    let output = run("python3", &unpack, archive)?;
    assert!(output.status.success(), "python3: {output:?}");
    Some(folder)
}

/// Runs a program on a file; `None` where it is not installed.
fn run(name: &str, arguments: &[&str], path: &Path) -> Option<Output> {
    let found = program(name)?;
    Some(Command::new(found).args(arguments).arg(path).output().unwrap())
}

#[test]
fn others_read_what_is_written() {
    let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let (mut out, mut zip) = (Vec::new(), Zip::new(at));
    let mut entry = zip.begin(&mut out, "data.json").unwrap();
    entry.write(&mut out, b"{}").unwrap();
    zip = entry.end(&mut out);
    let mut entry = zip.begin(&mut out, "files/отчёт – 1.pdf").unwrap();
    for _ in 0..1_000 {
        entry.write(&mut out, &[b'x'; 4_096]).unwrap();
    }
    zip = entry.end(&mut out);
    // Nothing in it may be taken for what frames it.
    let inner = out.clone();
    let mut entry = zip.begin(&mut out, "files/archive.zip").unwrap();
    entry.write(&mut out, &inner).unwrap();
    zip = entry.end(&mut out);
    zip = zip.begin(&mut out, "empty.txt").unwrap().end(&mut out);
    zip.finish(&mut out);
    if let Some(found) = check(&out) {
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names.len(), 4, "{names:?}");
        assert!(found.contains_key("files/отчёт – 1.pdf"), "{names:?}");
    }
}
