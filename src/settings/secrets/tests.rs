use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;

const PLANTED: &str = "pl4nted-s3cret-of-24-chars";

fn source(folder: &TempDir) -> SecretSource {
    SecretSource { env_name: "ROOMKEY_JITSI_SECRET", file: None, command: None, folder: folder.path().to_owned() }
}

fn file(folder: &TempDir, content: &[u8], mode: u32) -> PathBuf {
    let path = folder.path().join("jitsi.secret");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn command(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn found(source: &SecretSource) -> Result<Option<String>, SecretProblem> {
    resolve(source, &|_| None).map(|secret| secret.map(|s| s.expose_secret().to_owned()))
}

#[test]
fn the_environment_beats_the_file_and_the_file_beats_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = source(&folder);
    assert_eq!(found(&source), Ok(None));
    source.command = Some(command(&["printf", "from-command"]));
    assert_eq!(found(&source), Ok(Some("from-command".into())));
    source.file = Some(file(&folder, b"from-file\n", 0o600));
    assert_eq!(found(&source), Ok(Some("from-file".into())));
    let env = |name: &str| (name == "ROOMKEY_JITSI_SECRET").then(|| "from-env".to_owned());
    assert_eq!(resolve(&source, &env).unwrap().unwrap().expose_secret(), "from-env");
}

#[test]
fn one_line_end_is_taken_off_and_blanks_inside_stay() {
    let folder = tempfile::tempdir().unwrap();
    for content in ["a b c", "a b c\n", "a b c\r\n"] {
        let source = SecretSource { file: Some(file(&folder, content.as_bytes(), 0o600)), ..source(&folder) };
        assert_eq!(found(&source), Ok(Some("a b c".into())), "{content:?}");
    }
}

#[test]
fn what_is_not_a_secret_of_one_line_is_refused_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    for (before, after, said) in [
        ("", " ", "has a blank at its end"),
        ("", " \n", "has a blank at its end"),
        (" ", "", "has a blank at its start"),
        ("", "\t\n", "has a tab at its end"),
        ("", "\n\n", "has a second line break at its end"),
        ("", "\r\n\r\n", "has a second line break at its end"),
        ("", "\u{a0}", "has a blank at its end"),
        ("\u{feff}", "", "has an invisible byte-order mark at its start"),
        ("user: ada\n", "", "holds more than one line"),
        ("a\0", "", "a control character"),
    ] {
        let content = format!("{before}{PLANTED}{after}");
        let source = SecretSource { file: Some(file(&folder, content.as_bytes(), 0o600)), ..source(&folder) };
        let problem = found(&source).unwrap_err();
        assert!(problem.to_string().contains(said), "{content:?}: {problem}");
        assert!(!format!("{problem} {problem:?} {}", problem.hint()).contains(PLANTED), "{problem:?}");
    }
}

#[test]
fn nothing_and_no_text_and_too_much_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let with = |content: &[u8]| SecretSource { file: Some(file(&folder, content, 0o600)), ..source(&folder) };
    assert!(matches!(found(&with(b"")), Err(SecretProblem::Empty(_))));
    assert!(matches!(found(&with(b"\r\n")), Err(SecretProblem::Empty(_))));
    assert!(matches!(found(&with(b"\xff\xfe\xfd")), Err(SecretProblem::NotUtf8(_))));
    assert!(matches!(found(&with(&vec![b'x'; MAX_BYTES + 1])), Err(SecretProblem::TooLong(_))));
    assert!(found(&with(&vec![b'x'; MAX_BYTES])).is_ok());
    let problem = resolve(&source(&folder), &|_| Some(String::new())).unwrap_err();
    assert_eq!(problem.hint(), "set ROOMKEY_JITSI_SECRET to the secret, or unset it");
}

#[test]
fn a_file_that_others_can_use_is_refused_with_the_command_that_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, access) in
        [(0o644, "read"), (0o640, "read"), (0o604, "read"), (0o620, "changed"), (0o666, "read and changed")]
    {
        let path = file(&folder, PLANTED.as_bytes(), mode);
        let problem = found(&SecretSource { file: Some(path.clone()), ..source(&folder) }).unwrap_err();
        assert!(problem.to_string().contains(&format!("can be {access} by others")), "{problem}");
        assert_eq!(problem.hint(), format!("chmod 600 {}", path.display()));
    }
    for mode in [0o600, 0o400] {
        let path = file(&folder, PLANTED.as_bytes(), mode);
        assert!(found(&SecretSource { file: Some(path), ..source(&folder) }).is_ok(), "{mode:o}");
    }
}

#[test]
fn only_a_regular_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let with = |path: PathBuf| SecretSource { file: Some(path), ..source(&folder) };
    assert!(matches!(found(&with(folder.path().join("none"))), Err(SecretProblem::NoFile(_))));
    assert!(matches!(found(&with(folder.path().to_owned())), Err(SecretProblem::NotAFile(_))));
    assert!(matches!(found(&with("/dev/null".into())), Err(SecretProblem::NotAFile(_))));
}

#[test]
fn a_path_with_a_blank_is_quoted_for_the_shell() {
    assert_eq!(for_shell(Path::new("/a b/it's")), r"'/a b/it'\''s'");
}

#[test]
fn a_command_runs_in_its_folder_without_a_shell_and_without_our_variables() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("here"), "x\n").unwrap();
    let with = |words: &[&str]| SecretSource { command: Some(command(words)), ..source(&folder) };
    assert_eq!(found(&with(&["ls"])), Ok(Some("here".into())));
    assert_eq!(found(&with(&["printf", "%s", "$HOME;ls"])), Ok(Some("$HOME;ls".into())));
    let environment = with(&["sh", "-c", "env | grep -c '^ROOMKEY_' ; true"]);
    assert_eq!(found(&environment), Ok(Some("0".into())));
    assert!(command::is_ours("ROOMKEY_SMTP_PASSWORD".as_ref()) && !command::is_ours("PATH".as_ref()));
    let script = folder.path().join("secret.sh");
    fs::write(&script, "#!/bin/sh\necho from-script\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(found(&with(&["./secret.sh"])), Ok(Some("from-script".into())));
}

#[test]
fn a_failing_command_shows_its_complaint_but_never_its_output() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("echo {PLANTED}; echo first >&2; echo 'jitsi is not in the store' >&2; exit 3");
    let source = SecretSource { command: Some(command(&["sh", "-c", &script])), ..source(&folder) };
    let problem = found(&source).unwrap_err();
    assert_eq!(problem.to_string(), "`sh` ended with status 3: jitsi is not in the store");
    assert!(!format!("{source:?} {problem:?} {}", problem.hint()).contains(PLANTED));
}

#[test]
fn a_command_that_is_no_program_or_never_ends_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let with = |words: &[&str]| SecretSource { command: Some(command(words)), ..source(&folder) };
    let problem = found(&with(&["no-such-program-here", "show"])).unwrap_err();
    assert_eq!(problem.to_string(), "failed to start `no-such-program-here`: there is no such program");
    let words = command(&["sleep", "600"]);
    let problem = command::output(&words, folder.path(), Duration::from_millis(50)).unwrap_err();
    assert!(matches!(problem, SecretProblem::TookTooLong { .. }));
    assert!(matches!(found(&with(&["true"])), Err(SecretProblem::Empty(_))));
}

#[test]
fn a_command_may_print_more_than_a_pipe_holds() {
    let folder = tempfile::tempdir().unwrap();
    let flood = SecretSource { command: Some(command(&["sh", "-c", "yes | head -c 300000"])), ..source(&folder) };
    assert!(matches!(found(&flood), Err(SecretProblem::TooLong(_))));
}

#[test]
fn a_secret_written_where_a_file_is_named_is_not_shown() {
    let secret = "5d1f0c2a9b7e4f60a1c3d5e7f9b2c4d6";
    let problem = SecretProblem::NoFile(PathBuf::from("/home/ada").join(secret));
    assert!(!problem.to_string().contains(secret) && problem.hint().contains("a file of its own"));
    let plain = SecretProblem::NoFile(PathBuf::from("/home/ada/workshop-2026/jitsi.secret"));
    assert!(plain.to_string().ends_with("/home/ada/workshop-2026/jitsi.secret"));
}
