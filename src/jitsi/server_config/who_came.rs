//! What has a server tell who came: jitsi-contrib's module, as lines to paste, or as a comment that says they exist.

use std::fmt::Write as _;

/// Where `roomkey attendance --listen` listens in the examples.
const ADDRESS: &str = "127.0.0.1:8731";

/// Stands where the secret goes that the server's posts bear.
pub const ATTENDANCE_PLACEHOLDER: &str = "THE-ATTENDANCE-SECRET";

/// For Prosody as Debian's packages have it.
pub(super) fn packages(host: &str, is_recorded: bool) -> String {
    let text = format!(
        "-- Who came, by the id in each token: with mod_event_sync_component of github.com/jitsi-contrib/prosody-plugins\n\
         -- (its folder event_sync) in /usr/share/jitsi-meet/prosody-plugins, Prosody's log tells it:\n\
         -- `roomkey attendance --log FILE` reads that, as /var/log/prosody/prosody.log, and\n\
         -- `roomkey attendance --listen {ADDRESS}` takes it in as it happens. Breakout rooms are those of\n\
         -- breakout.{host}, unless `breakout_component` says otherwise.\n\
         Component \"esync.{host}\" \"event_sync_component\"\n    \
         muc_component = \"conference.{host}\"\n    \
         api_prefix = \"http://{ADDRESS}/api\"  -- required, also where nobody listens: the log is enough\n    \
         api_headers = {{ [\"Authorization\"] = \"Bearer {ATTENDANCE_PLACEHOLDER}\" }}  -- where somebody does\n"
    );
    if is_recorded { text } else { commented(&text, "--") }
}

/// For docker-jitsi-meet, with the other modules of its rooms.
pub(super) fn docker(modules: &str, is_recorded: bool) -> String {
    let modules_line = |more: &str| format!("XMPP_MUC_MODULES={modules}{more}\n");
    let mut who_came = String::from(
        "# Who came stands in Prosody's log with this, by the id in each token (images since April 2024 have the module):\n\
         #   docker compose logs --no-log-prefix prosody | roomkey attendance --log -\n\
         # The address is required and leads nowhere, for in a container 127.0.0.1 is the container: the log is enough.\n",
    );
    let _ = writeln!(
        who_came,
        "XMPP_MUC_CONFIGURATION='muc_component=\"muc.meet.jitsi\",api_prefix=\"http://{ADDRESS}/api\"'"
    );
    let with_it = modules_line(",event_sync_component");
    if is_recorded { with_it + &who_came } else { modules_line("") + &commented(&(who_came + &with_it), "#") }
}

/// Every line as a comment, those that are one already as they are.
fn commented(text: &str, mark: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    for line in text.lines() {
        if !line.starts_with(mark) {
            out.extend([mark, " "]);
        }
        out.extend([line, "\n"]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_the_same_with_its_marks_taken_off() {
        let bare = |text: &str, mark: &str| {
            let lines = text.lines().map(|line| line.trim_start_matches(mark).trim_start().to_owned());
            let mut lines: Vec<String> = lines.filter(|line| *line != "XMPP_MUC_MODULES=token_affiliation").collect();
            lines.sort();
            lines
        };
        let (on, off) = (packages("meet.example.org", true), packages("meet.example.org", false));
        assert!(off.lines().all(|line| line.starts_with("--")), "{off}");
        assert_eq!(bare(&on, "--"), bare(&off, "--"));
        let (on, off) = (docker("token_affiliation", true), docker("token_affiliation", false));
        assert_eq!(
            off.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>(),
            ["XMPP_MUC_MODULES=token_affiliation"]
        );
        assert_eq!(bare(&on, "#"), bare(&off, "#"));
    }

    #[test]
    fn prosody_is_told_where_to_look_and_where_to_post_and_with_what() {
        let block = packages("meet.example.org", true);
        for line in [
            "Component \"esync.meet.example.org\" \"event_sync_component\"",
            "    muc_component = \"conference.meet.example.org\"",
            "    api_prefix = \"http://127.0.0.1:8731/api\"  -- required",
            "    api_headers = { [\"Authorization\"] = \"Bearer THE-ATTENDANCE-SECRET\" }",
            "github.com/jitsi-contrib/prosody-plugins",
            "`roomkey attendance --log FILE`",
        ] {
            assert!(block.contains(line), "{line} in {block}");
        }
        let lines = docker("token_affiliation", true);
        for line in [
            "XMPP_MUC_MODULES=token_affiliation,event_sync_component\n",
            "XMPP_MUC_CONFIGURATION='muc_component=\"muc.meet.jitsi\",api_prefix=\"http://127.0.0.1:8731/api\"'\n",
            "docker compose logs --no-log-prefix prosody | roomkey attendance --log -\n",
        ] {
            assert!(lines.contains(line), "{line} in {lines}");
        }
        // A secret would be split at its commas, and stand in the environment of every container.
        assert!(!lines.contains("Bearer") && lines.matches("XMPP_MUC_MODULES").count() == 1, "{lines}");
    }
}
