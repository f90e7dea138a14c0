//! A terminal with the program in it: what is asked is waited for, what is typed may be echoed.
//!
//! `setsid --ctty` of util-linux makes the terminal the program's own, so that Ctrl-C and hidden
//! answers are the system's real ones.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, tcgetattr},
};

/// After so long nothing comes any more.
const TOO_LONG: Duration = Duration::from_secs(30);

/// A program in a terminal; killed when dropped.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    /// The program's end, kept open to see its modes.
    line: File,
    screen: Arc<Mutex<String>>,
    /// What was waited for already.
    read: usize,
}

impl Terminal {
    /// Opens one and starts a program in it.
    pub(crate) fn start(program: &Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let line = File::from(open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap());
        let end = || Stdio::from(line.try_clone().unwrap());
        let mut command = Command::new("/usr/bin/setsid");
        command.args(["--ctty", "--wait"]).arg(program.get_program()).args(program.get_args());
        command.current_dir(program.get_current_dir().map_or_else(|| PathBuf::from("."), PathBuf::from)).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("util-linux is installed");
        let keyboard = File::from(master);
        let screen = Arc::default();
        copy_out(keyboard.try_clone().unwrap(), &screen);
        Self { child, keyboard, line, screen, read: 0 }
    }

    /// Waits for a text; fails where it does not come.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> &mut Self {
        let deadline = Instant::now() + TOO_LONG;
        loop {
            let seen = self.seen();
            if let Some(at) = seen[self.read..].find(text) {
                self.read += at + text.len();
                return self;
            }
            assert!(Instant::now() < deadline, "`{text}` does not come:\n{seen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Types a line.
    pub(crate) fn types(&mut self, text: &str) -> &mut Self {
        self.keyboard.write_all(format!("{text}\n").as_bytes()).unwrap();
        self
    }

    /// Waits for a question, then types the answer.
    #[track_caller]
    pub(crate) fn answer(&mut self, question: &str, answer: &str) -> &mut Self {
        self.expect(question).expect(": ").types(answer)
    }

    /// Waits for the question after which nothing typed is shown, then types.
    #[track_caller]
    pub(crate) fn answer_hidden(&mut self, question: &str, answer: &str) -> &mut Self {
        self.expect(question).expect(": ");
        let deadline = Instant::now() + TOO_LONG;
        while self.echoes() {
            assert!(Instant::now() < deadline, "the terminal shows what is typed at `{question}`");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.types(answer)
    }

    /// Presses a control key: `\x03` is Ctrl-C, `\x04` Ctrl-D.
    pub(crate) fn press(&mut self, key: char) -> &mut Self {
        self.keyboard.write_all(key.to_string().as_bytes()).unwrap();
        self
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&self.line).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// All that stood on the screen so far.
    pub(crate) fn seen(&self) -> String {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the end, demands an exit status, gives all that stood on the screen.
    #[track_caller]
    pub(crate) fn ends_with(&mut self, status: i32) -> String {
        let deadline = Instant::now() + TOO_LONG;
        let ended = loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                break ended;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.seen());
            std::thread::sleep(Duration::from_millis(10));
        };
        // What was said last may still be on its way to the screen.
        std::thread::sleep(Duration::from_millis(100));
        let seen = self.seen();
        assert_eq!(ended.code(), Some(status), "{seen}");
        seen
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Copies what the program says onto the screen, on a thread of its own.
fn copy_out(mut master: File, screen: &Arc<Mutex<String>>) {
    let screen = Arc::clone(screen);
    std::thread::spawn(move || {
        let mut octets = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = master.read(&mut buffer) {
            octets.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&octets).replace('\r', "");
            *screen.lock().unwrap_or_else(PoisonError::into_inner) = text;
        }
    });
}
