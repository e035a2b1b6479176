//! What is large, and any text.

use std::time::Duration;

use desk_app::ports::Timer;

use super::*;

/// A store that watches how much is read of files and not yet written into parts.
#[derive(Default)]
struct Watched {
    store: MemoryStore,
    /// Bytes that are somewhere in between.
    between: Cell<i64>,
    most: Cell<i64>,
    largest: Cell<usize>,
    writes: RefCell<usize>,
}

impl Timer for Watched {
    fn clock(&self) -> Duration {
        self.store.clock()
    }

    async fn wait(&self, time: Duration) {
        self.store.wait(time).await;
    }
}

impl Store for Watched {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.store.get(key).await?;
        if key.as_str().starts_with("file:") {
            let length = value.as_ref().map_or(0, Vec::len);
            self.between.set(self.between.get() + length as i64);
            self.most.set(self.most.get().max(self.between.get()));
        }
        Ok(value)
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        if key.as_str().starts_with("package:") {
            self.between.set(self.between.get() - value.len() as i64);
            *self.writes.borrow_mut() += 1;
        }
        self.largest.set(self.largest.get().max(value.len()));
        self.store.set(key, value).await
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.store.delete(key).await
    }
}

impl Scan for Watched {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.store.keys(prefix).await
    }
}

const CASES: usize = 4;

#[test]
fn what_is_large_passes_through_a_few_parts() {
    let world = World::new();
    let store = Rc::new(Watched::default());
    let desk = || Desk::new(&store, &world.setup, &world.instance, world.desk().moment);
    let email = "anna@oncall.example";
    let file = Attachment::new(&[b"%PDF-".as_slice(), &vec![7; 1_048_000]].concat()).unwrap();
    let files = [file.clone(), file.clone(), file];
    // Twelve megabytes; a hundred pass as well, and take minutes without optimisation.
    for _ in 0..CASES {
        let id = unique(&world);
        let key = CaseKey { id, subject: Some(world.setup.keys.subject(&address(email))) };
        let opening = case_opening(&world, email, &"слово ".repeat(1_600), &files);
        let desk = desk();
        block_on(cases::write_files(&desk, &key, opening.expires, &files)).unwrap();
        block_on(cases::open(&desk, &key, opening.expires, &opening)).unwrap();
    }
    let opening = request_opening(&world, email, None);
    let id = unique(&world);
    let key = RequestKey { id, subject: world.setup.keys.subject(&opening.email) };
    block_on(cases::open(&desk(), &key, opening.expires, &opening)).unwrap();
    let request = block_on(cases::load(&desk(), &key)).unwrap().unwrap();

    let desk = desk();
    let (package, secret) = block_on(build(&desk, &key, &request)).unwrap();
    assert!(package.size > CASES as u64 * 3 * 1_048_000, "{}", package.size);
    assert_eq!(*store.writes.borrow(), package.parts as usize);
    assert_eq!(store.largest.get(), MAX_VALUE);
    // What was read is written before more is read: a batch of parts, and a value.
    assert!(store.most.get() < 4 * MAX_VALUE as i64, "{}", store.most.get());
    let mut download = block_on(download(&desk, &package, &secret)).unwrap();
    let (mut size, mut tail) = (0, Bytes::new());
    while let Some(chunk) = block_on(download.next()).unwrap() {
        assert!(chunk.len() < MAX_VALUE);
        size += chunk.len() as u64;
        tail = chunk;
    }
    assert_eq!(size, package.size);
    // The directory's end: 3 entries and the files.
    assert_eq!(tail[tail.len() - 12..tail.len() - 10], (3 + CASES as u16 * 3).to_le_bytes());
    assert_eq!(store.store.dump().len(), CASES * 13 + 1 + package.parts as usize + 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_comes_through_and_is_harmless(words in "[^\\p{Cc}]{1,80}") {
        prop_assume!(!words.trim().is_empty());
        let world = World::new();
        let (key, request) = file_request(&world, request_opening(&world, "anna@oncall.example", Some(&words)), &[], vec![]);
        let (package, secret) = build_at(&world, &key, &request);
        let entries = entries(&fetch(&world, &package, &secret).unwrap());
        let words = message(&words);
        let data = data(&entries);
        prop_assert_eq!(data["requests"][0]["text"].as_str(), Some(words.as_str()));
        let rows = rows(&text(&entries, "messages.csv"));
        prop_assert_eq!(rows.len(), 2);
        let cell = &rows[1][5];
        let guarded = format!("'{}", words.as_str());
        prop_assert!(cell == words.as_str() || *cell == guarded);
        prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
        let page = text(&entries, "index.html");
        let begin = page.find("<p class=\"text\" dir=\"auto\">").unwrap() + 27;
        let shown = &page[begin..begin + page[begin..].find("</p>").unwrap()];
        prop_assert!(!shown.contains('<') && !shown.contains('"'));
    }
}
