//! What may be said on the app's command line.
//!
//! Not its settings: those live in the profile. Called by `main` once.

use std::path::PathBuf;

use clap::Parser;

/// Pipit: messages that only you and the people you write to can read.
#[derive(Debug, Parser)]
#[command(name = "pipit", version)]
pub struct Args {
    /// Offer this server first when creating an account or logging in, for example 127.0.0.1:7440
    #[arg(long, value_name = "ADDRESS")]
    pub server: Option<String>,

    /// Use this profile: an account and its messages, kept apart from those of other profiles
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = profile_name)]
    pub profile: String,

    /// Keep the profile in this folder instead of the usual place
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,

    /// Open a link: an invitation to a group (pipit://join/), or a person's own (pipit://user/)
    #[arg(value_name = "LINK", value_parser = invitation)]
    pub link: Option<String>,
}

impl Args {
    /// The invitation of a second start, which hands its arguments to the app that runs.
    pub fn link_of(arguments: Vec<String>) -> Option<String> {
        Self::try_parse_from(arguments).ok()?.link
    }
}

/// Characters of an invitation: more are none (docs/protocol.md, "Groups").
const LINK_LEN_MAX: usize = 600;

fn invitation(text: &str) -> Result<String, String> {
    let is_ours = ["pipit://join/", "pipit://user/"]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    if text.len() > LINK_LEN_MAX || !is_ours {
        return Err("a link begins with pipit://join/ or pipit://user/".to_owned());
    }
    Ok(text.to_owned())
}

/// A profile's name becomes a folder's name on every system, hence the narrow alphabet.
const PROFILE_NAME_LEN_MAX: usize = 32;

fn profile_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > PROFILE_NAME_LEN_MAX || !text.chars().all(is_plain) {
        return Err(format!(
            "use 1 to {PROFILE_NAME_LEN_MAX} characters of a-z, 0-9 and -, for example \"work\""
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_named_by_plain_characters_only() {
        for good in ["default", "work", "a-1", "0"] {
            assert_eq!(profile_name(good).as_deref(), Ok(good));
        }
        for bad in ["", "..", "a/b", "Work", "a b", "ü", &"a".repeat(33)] {
            assert!(profile_name(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn an_invitation_comes_with_a_start_and_nothing_else_does() {
        let start = |last: &str| Args::link_of(vec!["pipit".to_owned(), last.to_owned()]);
        assert_eq!(
            start("pipit://join/Ab_1").as_deref(),
            Some("pipit://join/Ab_1")
        );
        assert!(start("pipit://user/ines@chat.example#Ab_1").is_some());
        for bad in [
            "https://example.org/",
            "pipit://",
            &format!("pipit://join/{}", "a".repeat(600)),
        ] {
            assert_eq!(start(bad), None, "{bad}");
        }
    }

    #[test]
    fn without_arguments_the_default_profile_opens() {
        let args = Args::try_parse_from(["pipit"]).expect("no argument is required");
        assert_eq!(args.profile, "default");
        assert!(args.server.is_none() && args.data_dir.is_none());
    }
}
