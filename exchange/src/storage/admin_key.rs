//! The admin key of a data folder: made once, kept where only its owner can read it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gateway::AdminKey;

use crate::storage::durable::replace_file;
use crate::storage::error::DataError;

/// Its file in a data folder.
pub const NAME: &str = "admin.key";
/// The file of the key of those who look and change nothing.
const VIEWER_NAME: &str = "viewer.key";
/// Its owner reads and writes it, nobody else does anything.
const MODE: u32 = 0o600;

/// The key that the folder has; a new one where it has none.
pub fn keep(root: &Path) -> Result<AdminKey, DataError> {
    keep_file(&root.join(NAME))
}

/// The same for the key of viewers.
pub fn keep_viewers(root: &Path) -> Result<AdminKey, DataError> {
    keep_file(&root.join(VIEWER_NAME))
}

fn keep_file(path: &Path) -> Result<AdminKey, DataError> {
    match read_file(path) {
        Err(DataError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => make(path),
        read => read,
    }
}

/// The key that a data folder has.
///
/// # Errors
/// It is not there, others could read it, or it is no key.
pub fn read(root: &Path) -> Result<AdminKey, DataError> {
    read_file(&root.join(NAME))
}

fn read_file(path: &Path) -> Result<AdminKey, DataError> {
    let failed = |error| DataError::io(path, error);
    let rights = fs::metadata(path).map_err(failed)?.permissions().mode();
    if rights & 0o077 != 0 {
        return Err(DataError::ReadableKey {
            path: path.to_owned(),
        });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    AdminKey::new(text.trim()).map_err(|error| DataError::BadKey {
        path: path.to_owned(),
        error,
    })
}

fn make(path: &Path) -> Result<AdminKey, DataError> {
    let failed = |error| DataError::io(path, error);
    let key = AdminKey::generate().map_err(failed)?;
    replace_file(path, &format!("{}\n", key.reveal()), MODE).map_err(failed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_key_and_two_folders_have_two() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

        let first = keep(one.path()).unwrap();
        let viewers = keep_viewers(one.path()).unwrap();

        assert_eq!(keep(one.path()).unwrap(), first);
        assert_eq!(keep_viewers(one.path()).unwrap(), viewers);
        assert_ne!(viewers, first);
        assert_ne!(keep(other.path()).unwrap(), first);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path()).unwrap();
        let path = folder.path().join(NAME);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();

        let refused = keep(folder.path()).unwrap_err();

        assert!(
            matches!(refused, DataError::ReadableKey { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
}
