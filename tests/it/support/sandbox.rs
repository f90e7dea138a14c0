//! A folder with an event in it, and the real program run there in a neutral environment.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;

/// The signing secret that the sandbox gives by its environment.
pub(crate) const SECRET: &str = "sandbox-secret-of-more-than-32-octets";
/// After so long a run hangs, and its test fails.
const TOO_LONG: Duration = Duration::from_mins(3);

/// A hermetic folder: nothing of the machine's or its user's settings reaches the program.
pub(crate) struct Sandbox {
    root: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty one that knows the signing secret.
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder for temporary files");
        for folder in ["event", "home", "home/.config"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let mut sandbox = Self { root, environment: Vec::new() };
        sandbox.set("ROOMKEY_JITSI_SECRET", SECRET);
        sandbox
    }

    /// One with an event that mails `count` attendees through the server at `port`.
    pub(crate) fn with_attendees(count: usize, port: u16) -> Self {
        let sandbox = Self::new();
        EventFile::at(port).write(&sandbox);
        sandbox.write("attendees.csv", &attendees(count));
        sandbox
    }

    /// Sets a variable of the program's environment.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable out of the program's environment.
    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// The event's folder, in which the program runs.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("event")
    }

    /// A path in the event's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file of mode 0600 in the event's folder.
    pub(crate) fn write(&self, name: &str, content: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A file of the event's folder as text.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of a folder's `.eml` files, sorted.
    pub(crate) fn eml_files(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        files
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.command_under(&[], arguments)
    }

    /// The program as the last argument of another one, which runs it.
    fn command_under(&self, wrapper: &[&str], arguments: &[&str]) -> Command {
        let home = self.root.path().join("home");
        let mut words = wrapper.iter().copied().chain([env!("CARGO_BIN_EXE_roomkey")]);
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("TZ", "UTC"), ("LANG", "C.UTF-8"), ("NO_COLOR", "1")])
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("HOME", home)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        let output = assert_cmd::Command::from_std(self.command(arguments)).timeout(TOO_LONG).output();
        let output = output.unwrap_or_else(|error| panic!("roomkey {arguments:?}: {error}"));
        Finished::of(arguments, output)
    }

    /// Runs the program by another one that is given it as its last arguments.
    pub(crate) fn run_under(&self, wrapper: &[&str], arguments: &[&str]) -> Finished {
        let command = self.command_under(wrapper, arguments);
        let output = assert_cmd::Command::from_std(command).timeout(TOO_LONG).output();
        Finished::of(arguments, output.unwrap_or_else(|error| panic!("{wrapper:?} {arguments:?}: {error}")))
    }

    /// Starts the program in a terminal.
    #[cfg(target_os = "linux")]
    pub(crate) fn in_terminal(&self, arguments: &[&str]) -> super::Terminal {
        super::Terminal::start(&self.command(arguments))
    }

    /// Runs the program with a text on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Finished {
        let mut command = assert_cmd::Command::from_std(self.command(arguments));
        let output = command.write_stdin(input).timeout(TOO_LONG).output();
        Finished::of(arguments, output.unwrap_or_else(|error| panic!("roomkey {arguments:?}: {error}")))
    }

    /// Writes the user's own `config.toml`.
    pub(crate) fn write_config(&self, content: &str) {
        let folder = self.root.path().join("home/.config/roomkey");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), content).unwrap();
    }

    /// Starts the program; what it says goes into files beside the event's folder.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        self.spawn_under(&[], arguments)
    }

    /// Starts the program by another one that is given it as its last arguments, and turns into it.
    pub(crate) fn spawn_under(&self, wrapper: &[&str], arguments: &[&str]) -> Running {
        let said = tempfile::tempdir_in(self.root.path()).unwrap().keep();
        let file = |name: &str| fs::File::create(said.join(name)).unwrap();
        let mut command = self.command_under(wrapper, arguments);
        let child = command.stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
        Running { child, arguments: arguments.join(" "), said }
    }

    /// What `status` tells of every row, in file order.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let finished = self.run(&["status", "--format", "json"]);
        finished.is(0);
        let rows: Value = serde_json::from_str(&finished.stdout).expect("status prints JSON");
        rows.as_array().expect("status prints a list").clone()
    }

    /// What `status` tells of the row with this address.
    pub(crate) fn row(&self, email: &str) -> Value {
        let rows = self.rows();
        let row = rows.iter().find(|row| row["email"] == email);
        row.unwrap_or_else(|| panic!("no row of {email} in {rows:?}")).clone()
    }

    /// The state of the row with this address.
    pub(crate) fn state(&self, email: &str) -> String {
        self.row(email)["state"].as_str().expect("a state is a text").to_owned()
    }

    /// Waits until something holds; fails where it never does.
    pub(crate) fn wait_until(&self, holds: impl Fn(&Self) -> bool) {
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        while !holds(self) {
            assert!(std::time::Instant::now() < deadline, "nothing came of waiting: {:?}", self.rows());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The addresses of the rows in a state.
    pub(crate) fn in_state(&self, state: &str) -> Vec<String> {
        let rows = self.rows().into_iter().filter(|row| row["state"] == state);
        rows.map(|row| row["email"].as_str().unwrap().to_owned()).collect()
    }
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    arguments: String,
    /// Its results.
    pub(crate) stdout: String,
    /// Its talk.
    pub(crate) stderr: String,
    /// How it ended.
    pub(crate) status: ExitStatus,
}

impl Finished {
    fn of(arguments: &[&str], output: std::process::Output) -> Self {
        Self {
            arguments: arguments.join(" "),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            status: output.status,
        }
    }

    /// Demands that a text was not said, on neither stream.
    #[track_caller]
    pub(crate) fn says_not(&self, text: &str) -> &Self {
        assert!(!self.said().contains(text), "roomkey {} says `{text}`:\n{}", self.arguments, self.said());
        self
    }

    /// Demands an exit status; shows all that was said otherwise.
    #[track_caller]
    pub(crate) fn is(&self, status: i32) -> &Self {
        assert_eq!(self.status.code(), Some(status), "roomkey {}\n{}", self.arguments, self.said());
        self
    }

    /// Demands that a text was said, on either stream.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.said().contains(text), "roomkey {} does not say `{text}`:\n{}", self.arguments, self.said());
        self
    }

    /// Both streams.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A run under way; killed when dropped.
pub(crate) struct Running {
    child: Child,
    arguments: String,
    said: PathBuf,
}

impl Running {
    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal(rustix::process::Signal::INT);
    }

    /// Freezes it, as Ctrl-Z or a closed laptop does.
    pub(crate) fn freeze(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Kills it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it says a text; fails where it never does.
    pub(crate) fn wait_until_it_says(&self, text: &str) {
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        let said = || fs::read_to_string(self.said.join("stderr")).unwrap();
        while !said().contains(text) {
            assert!(std::time::Instant::now() < deadline, "it never says `{text}`:\n{}", said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it said so far.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.said.join("stderr")).unwrap()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Finished {
        let deadline = std::time::Instant::now() + TOO_LONG;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(std::time::Instant::now() < deadline, "roomkey {} hangs", self.arguments);
            std::thread::sleep(Duration::from_millis(10));
        };
        let read = |name: &str| fs::read_to_string(self.said.join(name)).unwrap();
        Finished { arguments: self.arguments.clone(), stdout: read("stdout"), stderr: read("stderr"), status }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An attendee file of so many: `a1@example.org` is `Attendee 1`, and so on.
pub(crate) fn attendees(count: usize) -> String {
    let mut text = String::from("email,name\n");
    for number in 1..=count {
        writeln!(text, "a{number}@example.org,Attendee {number}").unwrap();
    }
    text
}

/// An `event.toml` in the making; what is not said is as a small workshop would have it.
pub(crate) struct EventFile {
    tables: Vec<(&'static str, Vec<(String, String)>)>,
}

impl EventFile {
    /// An event whose relay listens, without TLS, on this port of 127.0.0.1.
    pub(crate) fn at(port: u16) -> Self {
        let mut event = Self { tables: Vec::new() };
        for (table, key, value) in [
            ("event", "id", "workshop"),
            ("event", "title", "Rust for Everyone"),
            ("event", "room", "rust-workshop"),
            ("event", "starts", "2036-12-05T14:00"),
            ("event", "ends", "2036-12-05T17:00"),
            ("event", "timezone", "Europe/Berlin"),
            ("event", "language", "en"),
            ("jitsi", "url", "https://meet.example.org"),
            ("jitsi", "app_id", "workshop"),
            ("attendees", "file", "attendees.csv"),
            ("mail", "from", "Rust Workshop <workshop@example.org>"),
            ("smtp", "host", "127.0.0.1"),
            ("smtp", "tls", "none"),
        ] {
            event = event.text(table, key, value);
        }
        event.raw("smtp", "port", port).raw("retry", "delays", r#"["1s"]"#).text("retry", "greylist_wait", "1s").text(
            "retry",
            "give_up_after",
            "30s",
        )
    }

    /// Sets a key to a text.
    pub(crate) fn text(self, table: &'static str, key: &str, value: &str) -> Self {
        let quoted = toml::Value::String(value.to_owned()).to_string();
        self.raw(table, key, quoted)
    }

    /// Sets a key to a value as TOML writes it.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike read best by value")]
    pub(crate) fn raw(mut self, table: &'static str, key: &str, value: impl ToString) -> Self {
        let at = self.tables.iter().position(|(name, _)| *name == table).unwrap_or_else(|| {
            self.tables.push((table, Vec::new()));
            self.tables.len() - 1
        });
        let keys = &mut self.tables[at].1;
        keys.retain(|(known, _)| known != key);
        keys.push((key.to_owned(), value.to_string()));
        self
    }

    /// Takes a key out.
    pub(crate) fn without(mut self, table: &str, key: &str) -> Self {
        for (_, keys) in self.tables.iter_mut().filter(|(name, _)| *name == table) {
            keys.retain(|(known, _)| known != key);
        }
        self
    }

    /// Writes it as the sandbox's `event.toml`.
    pub(crate) fn write(&self, sandbox: &Sandbox) {
        let mut text = String::new();
        for (table, keys) in &self.tables {
            writeln!(text, "[{table}]").unwrap();
            for (key, value) in keys {
                writeln!(text, "{key} = {value}").unwrap();
            }
        }
        sandbox.write("event.toml", &text);
    }
}

/// A variable of the tests' own environment.
#[expect(
    clippy::disallowed_methods,
    reason = "only what started the tests knows which servers run, and how long to go on"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The permission bits of a file or folder.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}
