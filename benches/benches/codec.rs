//! The native protocol's text frames: what a submit costs to read, a report to write.

use std::hint::black_box;

use benches::settings::{MEASUREMENT_TIME, SAMPLES, WARM_UP_TIME};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use protocol::{BinaryInstrument, InstrumentTable, Layout, Request, Scale, ServerMessage};

const FRAME_BYTES_MAX: usize = 4_096;
const SUBMIT: &str = include_str!("../../protocol/tests/golden/request.submit.limit.json");
const CANCEL: &str = include_str!("../../protocol/tests/golden/request.cancel.json");
const ACCEPTED: &str = include_str!("../../protocol/tests/golden/message.report.accepted.json");
const TRADED: &str = include_str!("../../protocol/tests/golden/message.report.trade.json");
const DEPTH: &str = include_str!("../../protocol/tests/golden/message.depth.json");

/// The instrument of the golden files.
fn instrument() -> BinaryInstrument {
    BinaryInstrument {
        number: 1,
        symbol: "BTCUSDT".parse().expect("a symbol"),
        scale: Scale {
            price_decimals: 2,
            quantity_decimals: 5,
        },
    }
}

fn decode(criterion: &mut Criterion) {
    let table = InstrumentTable::new([instrument()]);
    let mut group = criterion.benchmark_group("decode");
    for (name, text) in [("submit", SUBMIT), ("cancel", CANCEL)] {
        let frame = text.trim_end().as_bytes();
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(BenchmarkId::new("json", name), |bencher| {
            bencher.iter(|| Request::decode(frame, FRAME_BYTES_MAX).expect("a golden frame"));
        });
        let request = Request::decode(frame, FRAME_BYTES_MAX).expect("a golden frame");
        let mut bytes = Vec::new();
        assert_eq!(request.encode_binary(&table, &mut bytes), Layout::Fixed);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("binary", name), |bencher| {
            bencher.iter(|| {
                Request::decode_binary(black_box(&bytes), FRAME_BYTES_MAX, &table)
                    .expect("a frame that was written here")
            });
        });
    }
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let instrument = instrument();
    let mut group = criterion.benchmark_group("encode");
    for (name, text) in [
        ("report_accepted", ACCEPTED),
        ("report_trade", TRADED),
        ("depth", DEPTH),
    ] {
        let frame = text.trim_end();
        let message = ServerMessage::decode(frame).expect("a golden frame");
        let mut buffer = Vec::with_capacity(FRAME_BYTES_MAX);
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(BenchmarkId::new("json", name), |bencher| {
            bencher.iter(|| {
                buffer.clear();
                black_box(&message).encode(&mut buffer);
                buffer.len()
            });
        });
        buffer.clear();
        let layout = message.encode_binary_of(&instrument, &mut buffer);
        assert_eq!(layout, Layout::Fixed);
        group.throughput(Throughput::Bytes(buffer.len() as u64));
        group.bench_function(BenchmarkId::new("binary", name), |bencher| {
            bencher.iter(|| {
                buffer.clear();
                let layout = black_box(&message).encode_binary_of(&instrument, &mut buffer);
                (layout, buffer.len())
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(WARM_UP_TIME)
        .measurement_time(MEASUREMENT_TIME)
        .without_plots();
    targets = decode, encode
}
criterion_main!(benches);
