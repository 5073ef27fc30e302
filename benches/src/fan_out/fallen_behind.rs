//! How many subscriptions an exchange says have fallen behind.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const NAME: &str = "\nrialto_fallen_behind_total ";

/// Asks the exchange at `address`.
///
/// # Errors
/// It does not answer, or does not count it.
pub async fn fallen_behind(address: &str) -> io::Result<u64> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    count_of(&String::from_utf8_lossy(&answer))
        .ok_or_else(|| io::Error::other("the exchange does not count who falls behind"))
}

fn count_of(page: &str) -> Option<u64> {
    let (_, behind) = page.split_once(NAME)?;
    behind.lines().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_its_line() {
        let page =
            "# TYPE rialto_fallen_behind_total counter\nrialto_fallen_behind_total 217\nother 3\n";

        assert_eq!(count_of(page), Some(217));
        assert_eq!(count_of("rialto_sessions 4\n"), None);
    }
}
