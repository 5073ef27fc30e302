//! Scratch.
#![allow(dead_code, clippy::all)]
mod naive_market;
mod random_market;
use scenario::*;

#[test]
fn tell() {
    for entry in std::fs::read_dir("/tmp/oracle.in").unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut out = String::new();
        let mut with = String::new();
        for part in text.split("== ").skip(1) {
            let body = if part.contains("\n--") {
                part.to_owned()
            } else {
                format!("{}\n--\n", part.trim_end())
            };
            with.push_str(&format!("== {body}\n"));
        }
        for parsed in parse_file(&with) {
            let s = match parsed {
                Ok(s) => s,
                Err(e) => panic!("{}: {e:?}", path.display()),
            };
            let commands: Vec<Command> = s.commands.iter().map(|c| c.item.clone()).collect();
            let run = std::panic::catch_unwind(|| {
                let mut engine = Market::open(&s.instrument.item).unwrap();
                let mut naive = naive_market::NaiveMarket::open(&s.instrument.item).unwrap();
                for c in &commands {
                    let (a, b) = (naive.apply(c).unwrap(), engine.apply(c).unwrap());
                    if a != b {
                        println!("DIFF {} at {c}\n naive {a:?}\n engine {b:?}", s.title);
                    }
                }
            });
            if run.is_err() {
                println!("PANIC {}", s.title);
                continue;
            }
            out.push_str(
                &random_market::story(&s.title, &s.instrument.item, &commands).to_string(),
            );
            out.push('\n');
        }
        std::fs::write(
            format!(
                "/tmp/oracle.told/{}",
                path.file_name().unwrap().to_str().unwrap()
            ),
            out,
        )
        .unwrap();
    }
}
