//! Goal: what `rialto export` writes is what happened. Method: two accounts trade on the real binary, which is
//! stopped; each content is exported in each format, and compared with rows that are written down here.

use std::path::Path;
use std::process::Output;

use client::{Incoming, Session};
use parquet::file::reader::{FileReader, SerializedFileReader};
use protocol::{Cancel, NewOrder, Operation, ReportKind, ServerMessage, Side, Submit};
use serde_json::Value;

use crate::server::{Server, rialto};

async fn answered(session: &mut Session, operation: Operation, kind: ReportKind) -> u64 {
    let number = session.sender.send(operation).await.expect("there is room");
    session.sender.flush().await.expect("it is connected");
    loop {
        let Ok(Incoming::Message(ServerMessage::Report(report))) = session.receiver.next().await
        else {
            continue;
        };
        if report.request == Some(number) && report.kind == kind {
            return report.order_id.expect("it is of an order");
        }
    }
}

fn submit(side: Side, price: &str, quantity: &str) -> Operation {
    let decimal = |text: &str| text.parse().expect("a decimal");
    Operation::Submit(Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order: NewOrder::limit(side, decimal(price), decimal(quantity)),
        at_us: None,
    })
}

/// A folder in which two orders rested, traded twice and one was canceled.
async fn traded(folder: &Path) {
    let server = Server::start(folder);
    let mut alice = server.log_on("demo-alice").await;
    let mut bob = server.log_on("demo-bob").await;
    let accepted = ReportKind::Accepted;
    let order = submit(Side::Buy, "50000.00", "0.00500");
    assert_eq!(answered(&mut alice, order, accepted).await, 1);
    let order = submit(Side::Buy, "49999.50", "0.00100");
    assert_eq!(answered(&mut alice, order, accepted).await, 2);
    let order = submit(Side::Sell, "49999.50", "0.00200");
    assert_eq!(answered(&mut bob, order, accepted).await, 3);
    let order = submit(Side::Sell, "49999.50", "0.00350");
    assert_eq!(answered(&mut bob, order, accepted).await, 4);
    let cancel = Operation::Cancel(Cancel {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order: protocol::OrderRef::Order(2),
        at_us: None,
    });
    answered(&mut alice, cancel, ReportKind::Canceled).await;
    assert!(server.stop().status.success());
}

fn export(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = rialto();
    command.arg("export").args(arguments);
    command.arg("--data").arg(folder);
    command.output().expect("the binary runs")
}

/// The lines of stdout, each without its first cell, which is when it happened.
fn rows(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{output:?}");
    let text = std::str::from_utf8(&output.stdout).expect("text");
    let rest = |line: &str| line.split_once(',').map(|(_, rest)| rest.to_owned());
    text.lines().filter_map(rest).collect()
}

#[tokio::test]
async fn an_export_says_what_happened_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    traded(folder).await;

    assert_eq!(
        rows(&export(folder, &["--trades"])),
        [
            "symbol,seq,trade_id,price,quantity,aggressor_side,phase,taker_order_id,maker_order_id",
            "BTCUSDT,3,1,50000.00,0.002000,sell,continuous,3,1",
            "BTCUSDT,4,2,50000.00,0.003000,sell,continuous,4,1",
            "BTCUSDT,4,3,49999.50,0.000500,sell,continuous,4,2",
        ]
    );
    assert_eq!(
        rows(&export(folder, &["--l3", "--symbol", "BTCUSDT"])),
        [
            "symbol,seq,change,order_id,side,price,quantity",
            "BTCUSDT,1,added,1,buy,50000.00,0.005000",
            "BTCUSDT,2,added,2,buy,49999.50,0.001000",
            "BTCUSDT,3,executed,1,buy,50000.00,0.003000",
            "BTCUSDT,4,executed,1,buy,50000.00,0.000000",
            "BTCUSDT,4,executed,2,buy,49999.50,0.000500",
            "BTCUSDT,5,removed,2,buy,49999.50,0.000000",
        ]
    );
    assert_eq!(
        rows(&export(
            folder,
            &["--l3", "--format", "lobster", "--symbol", "BTCUSDT"]
        )),
        [
            "1,1,500,500000000,1",
            "1,2,100,499995000,1",
            "4,1,200,500000000,1",
            "4,1,300,500000000,1",
            "4,2,50,499995000,1",
            "3,2,50,499995000,1",
        ]
    );
    assert_eq!(
        rows(&export(folder, &["--candles", "--interval", "1M"])),
        [
            "symbol,interval,open,high,low,close,volume,quote_volume,trades,taker_buy_volume,taker_buy_quote_volume,\
             auction_trades,auction_volume",
            "BTCUSDT,1M,50000.00,50000.00,49999.50,49999.50,0.005500,274.99975000,3,0.000000,0.00000000,0,0.000000",
        ]
    );
    let late = export(folder, &["--trades", "--from", "9999-12-31"]);
    assert_eq!(rows(&late).len(), 1, "the names alone");
    let early = export(folder, &["--trades", "--until", "1970-01-02"]);
    assert_eq!(rows(&early).len(), 1, "the names alone");
}

#[tokio::test]
async fn a_parquet_file_has_the_same_rows_with_exact_decimals() {
    let folder = tempfile::tempdir().expect("a folder");
    traded(folder.path()).await;
    let file = folder.path().join("trades.parquet");
    let name = file.to_str().expect("text");
    let output = export(
        folder.path(),
        &[
            "--trades", "--symbol", "BTCUSDT", "--format", "parquet", "--out", name, "--json",
        ],
    );

    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["rows"], 3);
    let reader = SerializedFileReader::new(std::fs::File::open(&file).expect("it is there"))
        .expect("it is whole");
    let rows: Vec<String> = reader
        .get_row_iter(None)
        .expect("it has rows")
        .map(|row| {
            let row = row.expect("it is whole");
            let cell = |place: usize| row.get_column_iter().nth(place).expect("a cell").1.clone();
            format!("{} {} {}", cell(1), cell(4), cell(5))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "\"BTCUSDT\" 50000.00 0.002000",
            "\"BTCUSDT\" 50000.00 0.003000",
            "\"BTCUSDT\" 49999.50 0.000500",
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    traded(folder.path()).await;
    let refused = |arguments: &[&str]| {
        let output = export(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    };

    assert!(refused(&["--format", "csv"]).contains("--trades"));
    assert!(refused(&["--trades", "--candles"]).contains("--candles"));
    assert!(refused(&["--trades", "--format", "lobster"]).contains("--l3"));
    assert!(refused(&["--l3", "--format", "lobster"]).contains("--symbol"));
    assert!(refused(&["--trades", "--symbol", "NOPE"]).contains("BTCUSDT"));
    assert!(refused(&["--trades", "--from", "yesterday"]).contains("2026-11-23"));
    assert!(refused(&["--candles", "--interval", "7m"]).contains("5m"));
    let out = folder.path().join("no/such/folder/file.csv");
    let out = out.to_str().expect("text");
    assert!(refused(&["--trades", "--out", out]).contains("no/such/folder"));
}
