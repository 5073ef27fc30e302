//! The folder that is used when none is named.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::storage::error::DataError;

/// Its name below the user's own folders.
const NAME: &str = "rialto";

/// `$XDG_DATA_HOME/rialto` or `~/.local/share/rialto`; on macOS `~/Library/Application Support/rialto`.
///
/// # Errors
/// The user has no home.
pub fn default_folder() -> Result<PathBuf, DataError> {
    let xdg = std::env::var_os("XDG_DATA_HOME");
    let home = std::env::var_os("HOME");
    let found = if cfg!(target_os = "macos") {
        on_macos(home)
    } else {
        on_linux(xdg, home)
    };
    found.ok_or(DataError::NoDefault)
}

fn on_macos(home: Option<OsString>) -> Option<PathBuf> {
    Some(
        absolute(home)?
            .join("Library/Application Support")
            .join(NAME),
    )
}

fn on_linux(xdg: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let above = absolute(xdg).or_else(|| Some(absolute(home)?.join(".local/share")));
    Some(above?.join(NAME))
}

/// The XDG rule: a path that is not absolute is as good as none.
fn absolute(path: Option<OsString>) -> Option<PathBuf> {
    path.map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(xdg: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
        on_linux(xdg.map(OsString::from), home.map(OsString::from))
    }

    #[test]
    fn xdg_wins_over_home_and_only_absolute_paths_count() {
        let place = |path: &str| Some(PathBuf::from(path));

        assert_eq!(linux(Some("/d"), Some("/h")), place("/d/rialto"));
        assert_eq!(
            linux(Some("d"), Some("/h")),
            place("/h/.local/share/rialto")
        );
        assert_eq!(linux(Some(""), Some("/h")), place("/h/.local/share/rialto"));
        assert_eq!(linux(None, Some("/h")), place("/h/.local/share/rialto"));
        assert_eq!(linux(None, None), None);
        assert_eq!(
            on_macos(Some(OsString::from("/u"))),
            place("/u/Library/Application Support/rialto")
        );
    }
}
