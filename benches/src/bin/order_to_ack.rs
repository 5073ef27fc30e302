//! Order to answer beside echoes that do nothing, in interleaved rounds on one connection, and the ratios.
//!
//! `cargo build --release -p exchange && cargo run --release -p benches --bin order_to_ack -- [rounds] [trips]`

use std::error::Error;

use benches::round_trip::{
    Contestant, Cores, Exchange, Kind, Line, Reply, spinning_echo, wake_up, websocket_echo,
};

/// Most times of the floor that the spinning exchange may take.
const SPINNING_MOST: f64 = 1.5;
/// Most times of the sleeping echo that the sleeping exchange may take, beside two wake-ups.
const SLEEPING_MOST: f64 = 1.6;

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().map(|text| text.parse().expect("a number"));
    let rounds: u64 = number().unwrap_or(5);
    let trips: u64 = number().unwrap_or(4_000);
    let cores = Cores::new();
    cores.take_client();

    let order = Exchange::order(1_000_000);
    let program = std::env::current_exe()?.with_file_name("rialto");
    let folder = std::env::temp_dir().join(format!("order-to-ack-{}", std::process::id()));
    let spinning_floor = spinning_echo(&cores)?;
    let sleeping_floor = websocket_echo(&cores)?;
    let echoed = order.clone();
    let mut raw = Contestant::new(
        "raw TCP echo, spinning",
        Line::open(&spinning_floor.address, "", Reply::AsLong)?,
        Box::new(move |_| echoed.clone()),
    );
    let mut websocket = Contestant::new(
        "tungstenite echo, sleeping",
        Line::open(&sleeping_floor.address, "/", Reply::Frame)?,
        Box::new(move |_| order.clone()),
    );
    let mut rows: Vec<(&str, Vec<f64>, Vec<f64>)> = Vec::new();
    let mut note = |contestant: &mut Contestant| {
        let (p50, p99) = (contestant.per_mille_us(500), contestant.per_mille_us(990));
        match rows.iter_mut().find(|(name, ..)| *name == contestant.name) {
            Some((_, p50s, p99s)) => {
                p50s.push(p50);
                p99s.push(p99);
            }
            None => rows.push((contestant.name, vec![p50], vec![p99])),
        }
    };
    let mut wake_ups = Vec::new();
    for round in 0..rounds {
        spinning_floor.wake();
        raw.round(trips)?;
        note(&mut raw);
        spinning_floor.rest();
        websocket.round(trips)?;
        note(&mut websocket);
        wake_ups.push(wake_up(&cores).as_secs_f64() * 1e6);
        // An exchange that spins would disturb the others: it is started for its turn alone.
        for (name, kind) in [
            ("exchange, inline + spin", Kind::Spinning),
            ("exchange, sleeping", Kind::Sleeping),
        ] {
            let exchange =
                Exchange::start(&program, &folder.join(round.to_string()), kind, &cores)?;
            let mut contestant =
                Contestant::new(name, exchange.session()?, Box::new(Exchange::order));
            contestant.round(trips)?;
            note(&mut contestant);
        }
    }
    // What is left of them is empty.
    let _ = std::fs::remove_dir_all(&folder);

    println!(
        "{:<28} {:>9} {:>9}   ({rounds} rounds of {trips}, closed loop, us)",
        "", "p50", "p99"
    );
    for (name, p50s, p99s) in &rows {
        println!("{name:<28} {:>9.1} {:>9.1}", median(p50s), median(p99s));
    }
    let wake = median(&wake_ups);
    println!("{:<28} {wake:>9.1}", "a thread woken, one way");
    let p50 = |place: usize| median(&rows[place].1);
    let spinning = p50(2) / p50(0);
    let bound = SLEEPING_MOST * p50(1) + 2.0 * wake;
    println!(
        "GOAL order_to_ack spinning_ratio={spinning:.2} (at most {SPINNING_MOST}) sleeping_us={:.1} (at most {bound:.1})",
        p50(3)
    );
    Ok(())
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
