//! Files of fault plans: read with the care and the errors of the configuration.

use std::path::{Path, PathBuf};

use gateway::{FaultPlan, FaultPlanPart};
use serde_json::Value;

use crate::config::{ConfigError, OwnFile};

/// Reads and checks plans.
///
/// # Errors
/// The first mistake, with its place, key, value and remedy.
pub fn read_all(files: &[PathBuf]) -> Result<Vec<FaultPlanPart>, ConfigError> {
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Result<FaultPlanPart, ConfigError> {
    let file = OwnFile::open(file)?;
    let part: FaultPlanPart = file.read()?;
    match FaultPlan::derive(&part) {
        Ok(_) => Ok(part),
        Err(error) => Err(file.locate(ConfigError::new(error.key, error.problem, error.remedy))),
    }
}

/// A plan's file as the body of the request that binds it.
///
/// # Errors
/// As [`read_all`].
pub fn as_request(file: &Path) -> Result<Value, ConfigError> {
    read(file)?;
    let unreadable = |error: String| {
        let remedy = "give a file that can be read";
        ConfigError::new(file.display().to_string(), error, remedy)
    };
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
    toml::from_str(&text).map_err(|error| unreadable(error.to_string()))
}
