//! Orders from socket to socket through an exchange on one thread, for counting instructions.
//!
//! `path_flow [windows] [connections] [orders a window]` prints what was answered, and its time;
//! `path_flow serve PORT` waits for `rialto bench --url`. docs/benchmarks.md has how it is counted.

use std::error::Error;
use std::time::Instant;

use benches::SEED;
use benches::path::{Answers, Venue, Windows};

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "figures are what this program is for"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let is_served = arguments.next_if_eq("serve").is_some();
    let mut number = |default| match arguments.next() {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if is_served {
        let port = u16::try_from(number(0)?)?;
        return runtime.block_on(async {
            let venue = Venue::open(port).await?;
            println!("ws://{}/v1/ws", venue.address);
            std::future::pending().await
        });
    }
    let (windows, connections, orders) = (number(100)?, number(16)?, number(256)?);
    let venue = runtime.block_on(Venue::open(0))?;
    let load = std::thread::spawn(move || {
        let mut answers = Answers::new();
        let mut load = Windows::open(venue.address, connections, SEED)?;
        let start = Instant::now();
        for _ in 0..windows {
            load.round(orders, &mut answers)?;
        }
        Ok::<_, std::io::Error>((answers, start.elapsed()))
    });
    runtime.block_on(async {
        while !load.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    let (answers, took) = load.join().expect("the load does not panic")?;
    println!("{} orders in {took:?}: {answers:?}", windows * orders);
    Ok(())
}
