//! One request to an admin port, over plain HTTP.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::cli::OperatorArgs;
use crate::run_file;
use crate::storage::{DataError, default_folder, read_admin_key};

/// A reset of a slow disk is answered by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// The admin port of an exchange, and the key to it.
pub struct Desk {
    /// Without the scheme.
    address: String,
    key: String,
    /// Who asks.
    operator: Option<String>,
}

/// The key is not shown.
impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Desk")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The data folder does not say where the exchange is, or its key cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// No exchange has said where it is.
    #[error(
        "{folder}: {error}; is an exchange running there? Name its folder with --data, or give --admin and \
         RIALTO_ADMIN_KEY"
    )]
    NoRunFile {
        /// Where it was looked for.
        folder: String,
        /// What was wrong.
        error: String,
    },
    /// Nobody answers.
    #[error("{address}: {error}; is the exchange running?")]
    Unreachable {
        /// Where it was.
        address: String,
        /// What the system said.
        error: io::Error,
    },
    /// It refused.
    #[error("{status} {code}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its word for it.
        code: String,
        /// Its sentence.
        text: String,
    },
    /// Whoever answers is no exchange.
    #[error("{address}: the answer is not that of an exchange")]
    NoExchange {
        /// Where it was.
        address: String,
    },
}

impl Desk {
    /// By flags, or as the data folder says.
    pub fn find(operator: &OperatorArgs) -> Result<Self, AskError> {
        let folder = match &operator.data {
            Some(folder) => folder.clone(),
            None => default_folder()?,
        };
        let url = match &operator.admin {
            Some(url) => url.clone(),
            None => admin_url(&folder)?,
        };
        let key = match &operator.admin_key {
            Some(key) => key.clone(),
            None => read_admin_key(&folder)?.reveal().to_owned(),
        };
        let address = url.strip_prefix("http://").unwrap_or(&url);
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            key,
            operator: operator.operator.clone(),
        })
    }

    /// At this URL, with this key.
    pub fn at(url: &str, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::public(url)
        }
    }

    /// The public port of an exchange at this URL: it wants no key.
    pub fn public(url: &str) -> Self {
        // The URL that bots are given names the same place.
        let address = url
            .strip_prefix("http://")
            .or_else(|| url.strip_prefix("ws://"))
            .unwrap_or(url);
        let (address, _path) = address.split_once('/').unwrap_or((address, ""));
        Self {
            address: address.to_owned(),
            key: String::new(),
            operator: None,
        }
    }

    /// Asks, and reads the whole answer.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, AskError> {
        let answer = self
            .exchange(method, path, body)
            .map_err(|error| AskError::Unreachable {
                address: self.address.clone(),
                error,
            })?;
        let no_exchange = || AskError::NoExchange {
            address: self.address.clone(),
        };
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(no_exchange)?;
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status: u16 = status.ok_or_else(no_exchange)?;
        let body: Value = serde_json::from_str(body).map_err(|_| no_exchange())?;
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let word = |key: &str| body[key].as_str().unwrap_or("?").to_owned();
        Err(AskError::Refused {
            status,
            code: word("error"),
            text: word("text"),
        })
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let operator = match &self.operator {
            Some(name) => format!("x-rialto-operator: {name}\r\n"),
            None => String::new(),
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             {operator}content-length: {}\r\n\r\n{body}",
            self.address,
            self.key,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

/// Where the exchange that uses the folder has its admin port.
fn admin_url(folder: &Path) -> Result<String, AskError> {
    let no_run_file = |error: String| AskError::NoRunFile {
        folder: folder.display().to_string(),
        error,
    };
    let text = std::fs::read_to_string(folder.join(run_file::NAME))
        .map_err(|error| no_run_file(error.to_string()))?;
    let place: Value =
        serde_json::from_str(&text).map_err(|error| no_run_file(error.to_string()))?;
    if place["state"] != "running" {
        return Err(no_run_file("the exchange has stopped".to_owned()));
    }
    let url = place["admin"].as_str().map(str::to_owned);
    url.ok_or_else(|| no_run_file("rialto.run.json does not say where admin answers".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Desk;

    #[test]
    fn an_exchange_is_found_by_the_url_of_its_page_and_by_that_of_its_bots() {
        for url in [
            "http://127.0.0.1:9080",
            "http://127.0.0.1:9080/",
            "ws://127.0.0.1:9080/v1/ws",
            "127.0.0.1:9080",
        ] {
            assert_eq!(Desk::public(url).address, "127.0.0.1:9080", "{url}");
        }
    }
}
