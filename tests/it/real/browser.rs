//! A real browser: Debian's Chromium, driven through its own chromedriver.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use fantoccini::{Client, ClientBuilder, Locator, error::CmdError, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::skipped_for_want_of;

const DRIVER: &str = "/usr/bin/chromedriver";
const CHROMIUM: &str = "/usr/bin/chromium";
/// Nothing on a screen, nothing for the browser's own sake.
const ARGUMENTS: [&str; 8] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
];
/// After so long something never comes.
const TOO_LONG: Duration = Duration::from_secs(30);

/// A browser with one window; it ends when dropped.
pub(super) struct Browser {
    process: Child,
    runtime: tokio::runtime::Runtime,
    driver: Option<Client>,
    way_out: WayOut,
}

/// The only way to the network that the browser is given: it leads nowhere, and remembers who came.
///
/// The browser's own log of requests does not do for this: what a sandboxed frame asks for is not in it.
struct WayOut {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl WayOut {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut line = String::new();
                // Who says nothing, or hangs up without a word, has asked for nothing.
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                if BufReader::new(stream).read_line(&mut line).is_ok() && !line.trim_end().is_empty() {
                    heard.lock().unwrap().push(line.trim_end().to_owned());
                }
            }
        });
        Self { port, asked }
    }
}

impl Browser {
    /// Starts one; `None`, and loudly so, where none is installed.
    pub(super) fn start(test: &str) -> Option<Self> {
        if ![DRIVER, CHROMIUM].iter().all(|program| Path::new(program).exists()) {
            skipped_for_want_of("Chromium with its driver", test);
            return None;
        }
        let mut process = Command::new(DRIVER).arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let port = port_said(BufReader::new(process.stdout.take().unwrap()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let way_out = WayOut::open();
        let mut arguments = vec![format!("--proxy-server=http://127.0.0.1:{}", way_out.port)];
        arguments.extend(ARGUMENTS.map(str::to_owned));
        if rustix::process::geteuid().is_root() {
            // Chromium's own sandbox refuses to be root's.
            arguments.push("--no-sandbox".to_owned());
        }
        let wanted = json!({
            "goog:chromeOptions": {"binary": CHROMIUM, "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.as_object().unwrap().clone());
        let driver = runtime.block_on(builder.connect(&format!("http://127.0.0.1:{port}"))).expect("a session");
        Some(Self { process, runtime, driver: Some(driver), way_out })
    }

    fn driver(&self) -> &Client {
        self.driver.as_ref().expect("it lives until it is dropped")
    }

    /// Makes the window so large, on a light or a dark system.
    pub(super) fn as_seen(&self, width: u32, height: u32, is_dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.tell("Emulation.setDeviceMetricsOverride", &size);
        let scheme = json!({"name": "prefers-color-scheme", "value": if is_dark { "dark" } else { "light" }});
        self.tell("Emulation.setEmulatedMedia", &json!({"features": [scheme]}));
    }

    /// Shows the page as it would be printed, or as on a screen again.
    pub(super) fn on_paper(&self, is: bool) {
        self.tell("Emulation.setEmulatedMedia", &json!({"media": if is { "print" } else { "" }}));
    }

    /// Prints the page, and gives the PDF; a copy is kept beside the pictures.
    pub(super) fn printed(&self, name: &str) -> Vec<u8> {
        let asked = json!({"cmd": "Page.printToPDF", "params": {"preferCSSPageSize": true}});
        let answer = self.vendors("goog/cdp/execute", asked);
        let pdf = BASE64.decode(answer["data"].as_str().unwrap().as_bytes()).unwrap();
        fs::write(kept(&format!("{name}.pdf")), &pdf).unwrap();
        pdf
    }

    /// Gives a command of the browser's own protocol.
    fn tell(&self, command: &str, parameters: &Value) {
        self.vendors("goog/cdp/execute", json!({"cmd": command, "params": parameters}));
    }

    fn vendors(&self, path: &'static str, body: Value) -> Value {
        self.runtime.block_on(self.driver().issue_cmd(Vendors { path, body })).unwrap()
    }

    /// Opens a file.
    pub(super) fn open(&self, path: &Path) {
        // Otherwise only the part after `#` might change.
        self.visit("about:blank");
        self.visit(&format!("file://{}", path.display()));
    }

    /// Goes to an address.
    pub(super) fn visit(&self, address: &str) {
        self.runtime.block_on(self.driver().goto(address)).unwrap();
    }

    /// Runs a script in the page and gives what it returns.
    pub(super) fn ask(&self, script: &str) -> Value {
        self.runtime.block_on(self.driver().execute(script, Vec::new())).unwrap()
    }

    /// Waits until an expression holds.
    #[track_caller]
    pub(super) fn until(&self, holds: &str) {
        let deadline = Instant::now() + TOO_LONG;
        while self.ask(&format!("return Boolean({holds})")) != Value::Bool(true) {
            assert!(Instant::now() < deadline, "it never comes to: {holds}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses keys, wherever the focus is.
    pub(super) fn press(&self, keys: &str) {
        let pressed = async { self.driver().active_element().await?.send_keys(keys).await };
        self.runtime.block_on(pressed).unwrap();
    }

    /// Clicks what a selector finds first.
    #[track_caller]
    pub(super) fn click(&self, selector: &str) {
        let clicked = async { self.driver().find(Locator::Css(selector)).await?.click().await };
        self.runtime.block_on(clicked).unwrap_or_else(|problem| panic!("{selector}: {problem}"));
    }

    /// The text of the document in the page's one frame, and what a script there would return.
    pub(super) fn in_frame(&self, script: &str) -> Value {
        let asked = async {
            self.driver().enter_frame(0).await?;
            let answer = self.driver().execute(script, Vec::new()).await?;
            self.driver().enter_parent_frame().await?;
            Ok::<_, CmdError>(answer)
        };
        self.runtime.block_on(asked).unwrap()
    }

    /// Everything that was asked for since the last time, by address.
    pub(super) fn requests(&self) -> Vec<String> {
        let event = |text: String| -> Value { serde_json::from_str(&text).unwrap() };
        let events = self.log("performance").into_iter().map(|entry| event(entry)["message"].clone());
        let sent = events.filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }

    /// What was asked of the network, from the page or any frame; not what the browser does for itself.
    pub(super) fn asked_of_network(&self) -> Vec<String> {
        let asked = self.way_out.asked.lock().unwrap();
        let is_browsers_own = |line: &str| ["google", "gstatic", "chrome"].iter().any(|name| line.contains(name));
        asked.iter().filter(|line| !is_browsers_own(line)).cloned().collect()
    }

    /// What the browser complained of since the last time.
    pub(super) fn complaints(&self) -> Vec<String> {
        self.log("browser")
    }

    /// The messages of a log, which is empty afterwards.
    fn log(&self, kind: &str) -> Vec<String> {
        let entries = self.vendors("se/log", json!({"type": kind}));
        let message = |entry: &Value| entry["message"].as_str().unwrap().to_owned();
        // Under load Chromium now and then logs a line without a word.
        entries.as_array().unwrap().iter().map(message).filter(|message| !message.is_empty()).collect()
    }

    /// Keeps a picture of the window in `target/screenshots`.
    pub(super) fn picture(&self, name: &str) {
        let png = self.runtime.block_on(self.driver().screenshot()).unwrap();
        fs::write(kept(&format!("{name}.png")), png).unwrap();
    }

    /// Demands that nothing is wider than the window.
    #[track_caller]
    pub(super) fn scrolls_down_only(&self) {
        let wider = self.ask(
            "const most = document.documentElement.clientWidth + 0.5;
             if (document.documentElement.scrollWidth > most) return 'the page';
             const seen = [...document.querySelectorAll('body *')].filter((one) => !one.closest('.frame, .hidden'));
             const found = seen.find((one) => one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().right > most);
             return found ? found.outerHTML.slice(0, 200) : ''",
        );
        assert_eq!(wider, "", "wider than the window");
    }
}

/// Where a picture is kept.
fn kept(name: &str) -> PathBuf {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// A command that only Chromium's driver knows.
#[derive(Debug)]
struct Vendors {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendors {
    fn endpoint(&self, driver: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        driver.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            // A browser that is gone already has nothing to quit.
            let _ = self.runtime.block_on(driver.close());
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port that the driver says it took; the rest of what it says is read and dropped.
fn port_said(mut said: BufReader<std::process::ChildStdout>) -> u16 {
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if let Some(port) =
            line.trim_end().strip_suffix('.').and_then(|line| line.rsplit("on port ").next()?.parse().ok())
        {
            std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
            return port;
        }
        line.clear();
    }
    panic!("chromedriver does not say its port");
}
