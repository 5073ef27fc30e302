//! Chromium over its debugging protocol: a page, what it says on its console, and what can be done to it.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const PROGRAMS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const FLAGS: [&str; 9] = [
    "--headless",
    "--remote-debugging-port=0",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
];
/// How long the page may take for what it is waited for.
const PATIENCE_MS: u32 = 40_000;
const ANSWER: Duration = Duration::from_secs(80);
/// A browser that says no more than this before its address is none.
const LINES_MAX: usize = 200;

/// A browser with one page; both go away with this.
pub struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    asked: u64,
    is_loaded: bool,
    /// What went wrong on the page, in its own words.
    pub errors: Vec<String>,
    // Dropped after the socket.
    _browser: Browser,
}

struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Page {
    /// Opens `url` in a window of this size; `None` where there is no Chromium, which is said.
    pub async fn open(url: &str, width: u32, height: u32) -> Option<Self> {
        let (browser, address) = start()?;
        let (socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
        let mut page = Self {
            socket,
            session: String::new(),
            asked: 0,
            is_loaded: false,
            errors: Vec::new(),
            _browser: browser,
        };
        let target = page
            .command("Target.createTarget", json!({"url": "about:blank"}))
            .await;
        let attached = json!({"targetId": target["targetId"], "flatten": true});
        let attached = page.command("Target.attachToTarget", attached).await;
        attached["sessionId"]
            .as_str()
            .unwrap()
            .clone_into(&mut page.session);
        for domain in ["Runtime.enable", "Log.enable", "Page.enable"] {
            page.command(domain, json!({})).await;
        }
        page.resize(width, height).await;
        page.command("Page.navigate", json!({"url": url})).await;
        page.loaded().await;
        Some(page)
    }

    /// Waits until the page that was asked for is there: what is asked before that is asked of the one before.
    async fn loaded(&mut self) {
        while !self.is_loaded {
            let told = self.read().await;
            self.note(&told);
        }
    }

    /// Gives the window another size; a narrow one is a phone's.
    pub async fn resize(&mut self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// The value of an expression; promises are waited for.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let told = self.command("Runtime.evaluate", asked).await;
        assert!(
            told.get("exceptionDetails").is_none(),
            "{expression}: {}",
            told["exceptionDetails"]["exception"]["description"]
        );
        told["result"]["value"].clone()
    }

    /// Waits until an expression is true, and says what it waited for where it never is.
    pub async fn until(&mut self, what: &str, expression: &str) {
        let waiting = format!(
            "(async () => {{
                const end = performance.now() + {PATIENCE_MS};
                while (performance.now() < end) {{
                    try {{
                        if (await (async () => ({expression}))()) return true;
                    }} catch {{
                        // What it looks at is not there yet.
                    }}
                    await new Promise((again) => setTimeout(again, 20));
                }}
                return false;
            }})()"
        );
        let came = self.evaluate(&waiting).await;
        if came != Value::Bool(true) {
            self.keep_picture("waiting").await;
        }
        assert_eq!(came, Value::Bool(true), "{what}: never");
    }

    /// Presses keys, one after the other: a name such as `Enter`, or a character.
    pub async fn press(&mut self, keys: &[&str]) {
        for key in keys {
            let (code, text) = match *key {
                "Enter" => (13, "\r"),
                "Tab" => (9, ""),
                "Escape" => (27, ""),
                "ArrowUp" => (38, ""),
                "ArrowDown" => (40, ""),
                character => (0, character),
            };
            for kind in ["keyDown", "keyUp"] {
                let mut event =
                    json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
                if kind == "keyDown" && !text.is_empty() {
                    event["text"] = json!(text);
                }
                self.command("Input.dispatchKeyEvent", event).await;
            }
        }
    }

    /// Types a text into what has the focus.
    pub async fn write(&mut self, text: &str) {
        self.command("Input.insertText", json!({"text": text}))
            .await;
    }

    /// What the page's own objects take after a collection, in bytes.
    pub async fn heap_bytes(&mut self) -> u64 {
        self.command("HeapProfiler.collectGarbage", json!({})).await;
        let told = self.command("Runtime.getHeapUsage", json!({})).await;
        told["usedSize"]
            .as_f64()
            .map_or(0, |bytes| format!("{bytes:.0}").parse().unwrap_or(u64::MAX))
    }

    /// Keeps a picture of what is seen now, to be looked at.
    pub async fn keep_picture(&mut self, name: &str) {
        let told = self
            .command("Page.captureScreenshot", json!({"format": "png"}))
            .await;
        let picture = told["data"].as_str().unwrap();
        let picture = data_encoding::BASE64.decode(picture.as_bytes()).unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/page-screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Fails where the page said that something went wrong.
    pub fn assert_no_errors(&self) {
        assert_eq!(self.errors, [""; 0], "on the console");
    }

    async fn command(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut command = json!({"id": self.asked, "method": method, "params": params});
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        let text = command.to_string();
        self.socket.send(Message::text(text)).await.unwrap();
        loop {
            let told = self.read().await;
            if told["id"] == json!(self.asked) {
                assert!(told.get("error").is_none(), "{method}: {}", told["error"]);
                return told["result"].clone();
            }
            self.note(&told);
        }
    }

    async fn read(&mut self) -> Value {
        loop {
            let frame = tokio::time::timeout(ANSWER, self.socket.next()).await;
            let frame = frame.expect("the browser answers").unwrap().unwrap();
            if let Message::Text(text) = frame {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    fn note(&mut self, told: &Value) {
        let what = &told["params"];
        match told["method"].as_str() {
            Some("Page.loadEventFired") => self.is_loaded = true,
            Some("Runtime.exceptionThrown") => {
                let details = &what["exceptionDetails"];
                self.errors.push(format!(
                    "{} {}",
                    details["text"], details["exception"]["description"]
                ));
            }
            Some("Runtime.consoleAPICalled")
                if what["type"] == "error" || what["type"] == "warning" =>
            {
                self.errors.push(what["args"].to_string());
            }
            Some("Log.entryAdded") if what["entry"]["level"] == "error" => {
                self.errors.push(format!(
                    "{} {}",
                    what["entry"]["text"], what["entry"]["url"]
                ));
            }
            Some(_) | None => {}
        }
    }
}

/// Starts a browser; gives it and where it listens.
fn start() -> Option<(Browser, String)> {
    let Some(program) = PROGRAMS.iter().find(|program| is_there(program)) else {
        assert!(
            std::env::var_os("RIALTO_REQUIRE_CHROMIUM").is_none(),
            "RIALTO_REQUIRE_CHROMIUM is set, and there is no Chromium"
        );
        // Past the harness, which swallows what a passing test prints.
        let line = b"GOAL page SKIPPED: there is no Chromium\n";
        std::io::stderr().write_all(line).unwrap();
        return None;
    };
    let profile = tempfile::tempdir().unwrap();
    let mut child = Command::new(program)
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .take(LINES_MAX)
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("listening on ")?.1.to_owned()))
        .expect("it says where it listens");
    std::thread::spawn(move || lines.for_each(drop));
    let browser = Browser {
        child,
        _profile: profile,
    };
    Some((browser, address))
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
