//! The plain way: a message that is written out already goes to one subscriber after the other, one write each.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::fan_out::audience::Audience;
use crate::measure::{timed, worked};
use crate::round_trip::Cores;

/// A message of the channel `top`, as the exchange writes it.
const MESSAGE: &str = r#"{"type":"top","symbol":"BTCUSDT","epoch":1,"seq":1000000,"at_us":1767222000000450,"bid":["20012.34","0.00100"]}"#;

/// Tells so many subscribers so many messages; returns the time on the wall, and that of the processor.
///
/// # Errors
/// A connection is lost.
pub async fn uncoalesced(
    subscribers: usize,
    messages: u64,
    cores: &Cores,
) -> io::Result<(Duration, Duration)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for _ in 0..subscribers {
        far.push(TcpStream::connect(listener.local_addr()?)?);
        let stream = listener.accept()?.0;
        stream.set_nodelay(true)?;
        near.push(stream);
    }
    let audience = Audience::of(far)?;
    let cores = cores.clone();
    let (near, times) = tokio::task::spawn_blocking(move || {
        cores.take_one_server();
        let frame = frame(MESSAGE);
        let (wall, outcome) = timed(|| {
            worked(|| {
                for _ in 0..messages {
                    for stream in &mut near {
                        stream.write_all(&frame)?;
                    }
                }
                Ok::<_, io::Error>(())
            })
        });
        let (processor, outcome) = outcome;
        outcome.map(|()| (near, (wall, processor)))
    })
    .await
    .map_err(io::Error::other)??;
    audience.are_told(1_000_000).await?;
    drop(near);
    Ok(times)
}

/// A server's text frame.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("it is short");
    assert!(length < 126, "its length is one byte");
    let mut frame = vec![0x81, length];
    frame.extend_from_slice(text.as_bytes());
    frame
}
