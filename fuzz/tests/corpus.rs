//! The targets over their seeds, and over seeds that were changed: the same ones in every run, with stable Rust.
#![cfg(test)]

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use desk_fuzz::{TARGETS, Target};

/// What parsers stumble over.
const TROUBLE: [&[u8]; 72] = [
    b"\0",
    b"\x01",
    b"\x1b[31m",
    b"\x7f",
    b"\x80",
    b"\xc2\x85",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\xff\xfe",
    b"%00",
    b"%0d%0a",
    b"%2e%2e%2f",
    b"%C3%28",
    b"%",
    b"%%25",
    b"+",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\r\n\r\n",
    b"\n ",
    b"\t",
    b" ",
    b"  \n",
    b"\"",
    b"\\",
    b"\\\"",
    b"'",
    b"<",
    b">",
    b"&",
    b"&amp;",
    b"&#x202e;",
    b"<fuzz-marker>",
    b"\"><fuzz-marker>",
    b"x\" fuzz-marker=\"",
    b"</textarea><script>x</script>",
    b"javascript:x",
    b"{",
    b"}",
    b"[",
    b"](",
    b")",
    b"{}",
    b"[[[[[[[[[[",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"9999-12-31T23:59:59.999Z",
    b"0001-01-01",
    b"=",
    b"==",
    b"&&",
    b";",
    b",",
    b"..",
    b"/../",
    b"//",
    b"@",
    b"#",
    "\u{202e}".as_bytes(),
    "\u{61c}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{1680}".as_bytes(),
    "Я\u{301}".as_bytes(),
];

/// What a target is run over, by what one run of it costs.
struct Plan {
    /// How many changed seeds.
    rounds: usize,
    /// The most bytes that they grow to.
    longest: usize,
}

fn plan(target: &str) -> Plan {
    let (rounds, longest) = match target {
        "request" => (5_000, 128 * 1024),
        "markdown" => (10_000, 64 * 1024),
        "compare" => (8_000, 64 * 1024),
        "zone" => (30_000, 1_024),
        "clock" | "email" => (40_000, 1_024),
        "token" => (5_000, 16 * 1024),
        _ => (20_000, 128 * 1024),
    };
    Plan { rounds, longest }
}

/// A source of numbers that are the same in every run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    /// A sequence of its own for each target.
    fn of(target: &str) -> Self {
        Self(target.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % limit.max(1)
    }

    /// A stretch within so many bytes, mostly a short one.
    fn stretch(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 16 };
        from..(from + self.below(most + 1)).min(length)
    }
}

/// Changes a seed a few times over.
fn changed(seed: &[u8], others: &[Seed], longest: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(5) {
        change(&mut bytes, others, longest, dice);
        bytes.truncate(longest);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, others: &[Seed], longest: usize, dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let put = |bytes: &mut Vec<u8>, range: std::ops::Range<usize>, with: &[u8]| {
        bytes.splice(range, with.iter().copied()).for_each(drop);
    };
    match dice.below(12) {
        // Flip a bit, or make it another byte.
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 if at < bytes.len() => bytes[at] = dice.next() as u8,
        // Count up or down, as lengths and digits do.
        2 if at < bytes.len() => {
            bytes[at] = bytes[at].wrapping_add(if dice.below(2) == 0 { 1 } else { 255 });
        }
        // Insert.
        3 | 4 => put(bytes, at..at, TROUBLE[dice.below(TROUBLE.len())]),
        5 => {
            let random: Vec<u8> = (0..=dice.below(8)).map(|_| dice.next() as u8).collect();
            put(bytes, at..at, &random);
        }
        // Put in the place of something.
        6 => {
            let range = dice.stretch(bytes.len());
            put(bytes, range, TROUBLE[dice.below(TROUBLE.len())]);
        }
        // Remove.
        7 => {
            let range = dice.stretch(bytes.len());
            put(bytes, range, b"");
        }
        8 if dice.below(3) == 0 => bytes.truncate(at),
        // Repeat: now and then for very long.
        9 => {
            let range = dice.stretch(bytes.len());
            let most = if dice.below(8) == 0 { 4_000 } else { 4 };
            let times = (1 + dice.below(most)).min(longest / range.len().max(1));
            let run = bytes[range].repeat(times);
            put(bytes, at..at, &run);
        }
        // Swap two stretches.
        10 => {
            let (one, two) = (dice.stretch(bytes.len()), dice.stretch(bytes.len()));
            let (piece, other) = (bytes[one.clone()].to_vec(), bytes[two.clone()].to_vec());
            if one.end <= two.start {
                put(bytes, two, &piece);
                put(bytes, one, &other);
            }
        }
        // Splice another seed in.
        _ => {
            let other = &others[dice.below(others.len())].bytes;
            let piece = other[dice.stretch(other.len())].to_vec();
            let range = if dice.below(2) == 0 { at..at } else { at..bytes.len() };
            put(bytes, range, &piece);
        }
    }
}

struct Seed {
    name: String,
    bytes: Vec<u8>,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Seed> {
    let folder = corpus().join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut seeds: Vec<Seed> = files
        .map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            Seed { name, bytes: std::fs::read(file.path()).unwrap() }
        })
        .collect();
    seeds.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

/// Runs a target once, and says where it failed and over what.
fn run(name: &str, target: Target, bytes: &[u8], place: &dyn Fn() -> String) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| target(bytes))).map_err(|panic| {
        let (place, length, shown) = (place(), bytes.len(), shown(bytes));
        let message = message(&*panic);
        format!("target {name}, {place}: {message}\nthe input, {length} bytes: b\"{shown}\"")
    })
}

fn message(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a text")
}

/// An input as it can be pasted into a test; of a long one, both ends.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 4_000;
    if bytes.len() <= 2 * MOST {
        return bytes.escape_ascii().to_string();
    }
    let (head, tail) = (&bytes[..MOST], &bytes[bytes.len() - MOST..]);
    format!("{}\" … b\"{}", head.escape_ascii(), tail.escape_ascii())
}

fn play(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    let (seeds, plan) = (seeds(name), plan(name));
    let of = |seed: &Seed| run(name, *target, &seed.bytes, &|| format!("seed {}", seed.name)).err();
    let failed: Vec<String> = seeds.iter().filter_map(of).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let mut dice = Dice::of(name);
    for iteration in 0..plan.rounds {
        let seed = &seeds[iteration % seeds.len()];
        let bytes = changed(&seed.bytes, &seeds, plan.longest, &mut dice);
        let place = || format!("seed {}, iteration {iteration}", seed.name);
        run(name, *target, &bytes, &place).unwrap_or_else(|failed| panic!("{failed}"));
    }
}

#[test]
fn every_target_has_a_folder_of_seeds_a_file_and_a_test() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len(), "a target is there twice");
    let names = |folder: &Path| -> BTreeSet<String> {
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&corpus()), targets, "folders of seeds");
    assert_eq!(names(&corpus().with_file_name("targets")), targets, "files of targets");
    let played: BTreeSet<String> = PLAYED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(played, targets, "targets that are tested here");
    let manifest = include_str!("../Cargo.toml");
    for target in &targets {
        let bin = format!("[[bin]]\nname = \"{target}\"\npath = \"targets/{target}.rs\"\n");
        assert!(manifest.contains(&bin), "{target} is not in the manifest");
        assert!((5..=15).contains(&seeds(target).len()), "{target} has a handful of seeds");
    }
}

/// A test for each target, so that a failure of one hides nothing of another.
macro_rules! play {
    ($($target:ident)*) => {
        const PLAYED: &[&str] = &[$(stringify!($target)),*];
        $(
            #[test]
            fn $target() {
                play(stringify!($target));
            }
        )*
    };
}

play! { request markdown compare mail attachment zone clock stored email token }
