//! A real browser, by a small client of the W3C's `WebDriver`, with Chromium's own capabilities.
//!
//! It blocks: hosts run on threads of their own, and a person clicks one thing after another.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{DEADLINE, process::Process, program};

/// The key under which an element's id stands (`WebDriver` section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// A browser with an empty profile, which ends with the value.
#[derive(Debug)]
pub(crate) struct Browser {
    port: u16,
    /// The path of the session, empty until there is one.
    session: String,
    // The driver goes before the profile that its browser writes to.
    _driver: Process,
    _profile: tempfile::TempDir,
}

/// An element of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element(String);

impl Browser {
    /// Starts a browser; `None` where it is not installed.
    pub(crate) fn start(scripts: Scripts) -> Option<Self> {
        let driver = program("chromedriver")?;
        let chromium = program("chromium")?;
        let profile = tempfile::tempdir().expect("a folder for the browser");
        let mut command = Command::new(driver);
        // What it keeps beside the profile goes there as well.
        command.arg("--port=0").env("TMPDIR", profile.path()).env("HOME", profile.path());
        let port = |line: &str| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        };
        let (driver, port) =
            Process::start(&mut command, port).unwrap_or_else(|why| panic!("{why}"));
        let data = format!("--user-data-dir={}", profile.path().join("profile").display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // As on a phone, where they lie over the page and take no width from it.
            "--hide-scrollbars",
            "--lang=en",
            &data,
        ];
        // The value of a content setting: 1 allows, 2 blocks.
        let javascript = if scripts == Scripts::On { 1 } else { 2 };
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": chromium,
                "args": arguments,
                "prefs": {"profile.managed_default_content_settings.javascript": javascript},
            },
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let mut browser = Self { port, session: String::new(), _driver: driver, _profile: profile };
        let session = browser.call("POST", "/session", &capabilities);
        let id = session["sessionId"].as_str().expect("a session has an id");
        browser.session = format!("/session/{id}");
        Some(browser)
    }

    /// Opens an address and waits until the page is loaded.
    pub(crate) fn open(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// The address of the page.
    pub(crate) fn url(&self) -> String {
        text(&self.get("/url"))
    }

    /// The title of the page.
    pub(crate) fn title(&self) -> String {
        text(&self.get("/title"))
    }

    /// The page as it stands, serialised.
    pub(crate) fn source(&self) -> String {
        text(&self.get("/source"))
    }

    /// The one element that a CSS selector picks.
    pub(crate) fn find(&self, css: &str) -> Element {
        let mut found = self.find_all(css);
        assert_eq!(found.len(), 1, "elements at {css} on {}:\n{}", self.url(), self.source());
        found.remove(0)
    }

    /// All elements that a CSS selector picks.
    pub(crate) fn find_all(&self, css: &str) -> Vec<Element> {
        let query = json!({"using": "css selector", "value": css});
        let found = self.post("/elements", &query);
        let found = found.as_array().expect("a list of elements");
        found.iter().map(|element| Element(text(&element[ELEMENT]))).collect()
    }

    /// Clicks something that changes the page where it is.
    pub(crate) fn click(&self, element: &Element) {
        self.post(&format!("/element/{}/click", element.0), &json!({}));
    }

    /// Clicks something that leads to a page, and waits until that has taken the place of this one.
    pub(crate) fn follow(&self, element: &Element) {
        let page = format!("{}/element/{}/name", self.session, self.find("html").0);
        self.click(element);
        let deadline = Instant::now() + DEADLINE;
        // The click only begins it; the old page's element is stale once it has happened.
        while self.try_call("GET", &page, &Value::Null).is_ok() {
            assert!(Instant::now() < deadline, "the click led nowhere from {}", self.url());
        }
    }

    /// Types into an element; into one for files, the path of a file.
    pub(crate) fn type_into(&self, element: &Element, text: &str) {
        self.post(&format!("/element/{}/value", element.0), &json!({"text": text}));
    }

    /// Takes out what stands in an element.
    pub(crate) fn clear(&self, element: &Element) {
        self.post(&format!("/element/{}/clear", element.0), &json!({}));
    }

    /// What a person sees of an element's text.
    pub(crate) fn text(&self, element: &Element) -> String {
        text(&self.get(&format!("/element/{}/text", element.0)))
    }

    /// An attribute of an element, if it has it.
    pub(crate) fn attribute(&self, element: &Element, name: &str) -> Option<String> {
        let value = self.get(&format!("/element/{}/attribute/{name}", element.0));
        value.as_str().map(str::to_owned)
    }

    /// Runs a script in the page, for tests that look at what no person could measure.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// What would keep somebody from using the page as it is shown, one fault a line.
    pub(crate) fn faults(&self) -> Vec<String> {
        let faults = self.script(include_str!("page_checks.js"));
        faults.as_array().expect("a list of faults").iter().map(text).collect()
    }

    /// Makes the screen so many CSS pixels wide and high.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics});
        self.post("/goog/cdp/execute", &command);
    }

    /// Makes the person one who prefers a light or a dark screen.
    pub(crate) fn prefer_scheme(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let command =
            json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
        self.post("/goog/cdp/execute", &command);
    }

    /// Clicks something that is to be saved as a file, in an empty folder, and gives the file once it is whole.
    pub(crate) fn save(&self, element: &Element, folder: &Path) -> PathBuf {
        let params = json!({"behavior": "allow", "downloadPath": folder});
        let command = json!({"cmd": "Browser.setDownloadBehavior", "params": params});
        self.post("/goog/cdp/execute", &command);
        self.click(element);
        let deadline = Instant::now() + DEADLINE;
        loop {
            // What is not whole has a name of the browser's own, and may have an empty file beside it to keep its place.
            let files = std::fs::read_dir(folder).expect("the folder is there");
            let files: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
            if let [file] = files.as_slice()
                && file.extension().is_some_and(|extension| extension == "zip")
                && file.metadata().is_ok_and(|file| file.len() > 0)
            {
                return file.clone();
            }
            assert!(Instant::now() < deadline, "nothing was saved from {}", self.url());
            self.url();
        }
    }

    /// Writes a picture of what is on the screen.
    pub(crate) fn screenshot(&self, file: &Path) {
        let picture = text(&self.get("/screenshot"));
        let picture = Base64::decode_vec(&picture).expect("a picture in Base64");
        std::fs::write(file, picture).expect("the picture can be written");
    }

    /// What the browser complained about since the last look: script errors, blocked content, failed loads.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        log.as_array()
            .expect("a list of entries")
            .iter()
            .map(|entry| text(&entry["message"]))
            .collect()
    }

    fn get(&self, path: &str) -> Value {
        self.call("GET", &format!("{}{path}", self.session), &Value::Null)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("{}{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_call(method, path, body).unwrap_or_else(|why| panic!("{method} {path}: {why}"))
    }

    fn try_call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.exchange(method, path, &body).map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
        let value = &answer["value"];
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", text(&value["message"]))),
            None => Ok(value.clone()),
        }
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(DEADLINE))?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len(),
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let mut stream = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Killing the driver alone would leave its browser behind.
        if !self.session.is_empty() {
            let _ = self.try_call("DELETE", &self.session, &Value::Null);
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
