//! Goal: the bytes of every binary frame are what docs/protocol.md shows, and never change. Method: each golden text
//! that has a layout has a golden file of its bytes in hexadecimal, `golden_binary/NAME.hex`; it is written, compared,
//! read back, and the document is searched for a table of each block and a row of each number.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use protocol::{
    BinaryBlock, BinaryInstrument, InstrumentTable, Layout, Request, Scale, ServerMessage,
    binary_words, blocks,
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

fn document() -> String {
    fs::read_to_string(folder("../../docs/protocol.md")).expect("docs/protocol.md")
}

fn instruments() -> InstrumentTable {
    let instrument = |number, symbol: &str, quantity_decimals| BinaryInstrument {
        number,
        symbol: symbol.parse().expect("a symbol"),
        scale: Scale {
            price_decimals: 2,
            quantity_decimals,
        },
    };
    InstrumentTable::new([instrument(1, "BTCUSDT", 5), instrument(2, "ETHUSDT", 4)])
}

/// The names of golden files of a folder, without their last extension.
fn names(of: &str, extension: &str) -> BTreeSet<String> {
    fs::read_dir(folder(of))
        .expect("a folder of golden files")
        .map(|entry| entry.expect("a golden file").file_name())
        .filter_map(|name| {
            let name = name.to_str().expect("a plain name");
            name.strip_suffix(extension).map(str::to_owned)
        })
        .collect()
}

/// Sixteen bytes a line.
fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(16) {
        let words: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(text, "{}", words.join(" ")).expect("writing to memory");
    }
    text
}

/// The binary frame of a golden text; `None` where it has no layout.
fn binary_of(name: &str, text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let table = instruments();
    let layout = if name.starts_with("request.") {
        let request = Request::decode(text.as_bytes(), 16_384).expect("a golden request");
        let layout = request.encode_binary(&table, &mut bytes);
        if layout == Layout::Fixed {
            let read =
                Request::decode_binary(&bytes, 16_384, &table).expect("what was written is read");
            let mut again = Vec::new();
            assert_eq!(read.encode_binary(&table, &mut again), Layout::Fixed);
            assert_eq!(again, bytes, "{name}");
        }
        layout
    } else {
        let message = ServerMessage::decode(text).expect("a golden message");
        let layout = message.encode_binary(&table, &mut bytes);
        if layout == Layout::Fixed {
            let read = ServerMessage::decode_binary(&bytes, &table);
            assert_eq!(read, Ok(message), "{name}");
        }
        layout
    };
    match layout {
        Layout::Fixed => Some(bytes),
        Layout::Text => {
            assert!(bytes.is_empty(), "{name}: what goes as text writes nothing");
            None
        }
    }
}

#[test]
fn every_frame_with_a_layout_has_its_golden_bytes() {
    let golden = names("golden_binary", ".hex");
    let mut written = BTreeSet::new();

    for name in names("golden", ".json") {
        let text = fs::read_to_string(folder("golden").join(format!("{name}.json")))
            .expect("a golden text");
        let Some(bytes) = binary_of(&name, text.trim_end()) else {
            continue;
        };
        let path = folder("golden_binary").join(format!("{name}.hex"));
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            hexadecimal(&bytes),
            expected,
            "{name}: write this into {}",
            path.display()
        );
        written.insert(name);
    }

    assert_eq!(written, golden);
}

#[test]
fn every_template_has_golden_bytes() {
    let written: BTreeSet<u16> = names("golden_binary", ".hex")
        .iter()
        .map(|name| {
            let text = fs::read_to_string(folder("golden_binary").join(format!("{name}.hex")))
                .expect("golden bytes");
            let byte =
                |place: usize| u16::from_str_radix(&text[place * 3..place * 3 + 2], 16).unwrap();
            byte(2) + 256 * byte(3)
        })
        .collect();

    let declared: BTreeSet<u16> = blocks().iter().filter_map(|block| block.template).collect();

    assert_eq!(written, declared);
}

fn table_of(block: &BinaryBlock) -> String {
    let mut table = format!(
        "### Block `{}`, {} bytes\n\n| offset | bytes | field | read as | meaning |\n|---|---|---|---|---|\n",
        block.name, block.bytes
    );
    for field in block.fields {
        writeln!(
            table,
            "| {} | {} | `{}` | {} | {} |",
            field.offset,
            field.bytes,
            field.name,
            field.kind,
            field.meaning.trim()
        )
        .expect("writing to memory");
    }
    table
}

#[test]
fn the_document_has_a_table_of_every_block() {
    let document = document();
    for block in blocks() {
        let table = table_of(&block);
        assert!(
            document.contains(&table),
            "docs/protocol.md lacks:\n{table}"
        );
    }
}

#[test]
fn blocks_have_no_gaps_and_no_overlaps() {
    for block in blocks() {
        let mut end = 0;
        for field in block.fields {
            assert_eq!(field.offset, end, "{}.{}", block.name, field.name);
            end += field.bytes;
        }
        assert_eq!(end, block.bytes, "{}", block.name);
    }
}

/// `TradingState` is *trading state* in the document.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[test]
fn the_document_has_the_number_of_every_word() {
    let document = document();
    let mut seen = BTreeSet::new();
    for (of, word, number) in binary_words() {
        assert!(seen.insert((of, number)), "{of}: {number} stands twice");
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| *{}* |", spaced(of))))
            .unwrap_or_else(|| panic!("docs/protocol.md has no row for the numbers of {of}"));
        assert!(
            row.contains(&format!("{number} `{word}`")),
            "docs/protocol.md: the row of {of} lacks {number} `{word}`"
        );
    }
}
