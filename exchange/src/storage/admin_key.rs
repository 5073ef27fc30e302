//! The admin key of a data folder: made once, kept where only its owner can read it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gateway::AdminKey;

use crate::storage::durable::replace_file;
use crate::storage::error::DataError;

/// Its file in a data folder.
pub const NAME: &str = "admin.key";
/// Bytes of chance in a new key.
const CHANCE_BYTES: usize = 16;
/// Its owner reads and writes it, nobody else does anything.
const MODE: u32 = 0o600;

/// The key that the folder has; a new one where it has none.
pub fn keep(root: &Path) -> Result<AdminKey, DataError> {
    let path = root.join(NAME);
    match read(&path) {
        Err(DataError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => make(&path),
        read => read,
    }
}

/// The key of a data folder that an exchange keeps.
///
/// # Errors
/// It is not there, others could read it, or it is no key.
pub fn read(path: &Path) -> Result<AdminKey, DataError> {
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
    let mut chance = [0_u8; CHANCE_BYTES];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut chance))
        .map_err(failed)?;
    let text = chance.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    replace_file(path, &format!("{text}\n"), MODE).map_err(failed)?;
    Ok(AdminKey::new(text).expect("32 hexadecimal digits are a key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_key_and_two_folders_have_two() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

        let first = keep(one.path()).unwrap();

        assert_eq!(keep(one.path()).unwrap(), first);
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
