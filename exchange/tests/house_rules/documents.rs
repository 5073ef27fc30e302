//! What the documents promise is there, word for word.

use crate::tree::{assert_none, files, root};

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_bots_of_the_readme_are_those_in_examples() {
    for name in ["first_bot.py", "market_maker.py"] {
        let bot = read(&format!("examples/{name}"));

        assert!(
            read("README.md").contains(&format!("```python\n{}\n```", bot.trim())),
            "copy examples/{name} into README.md"
        );
    }
}

#[test]
fn every_example_is_shorter_than_150_lines() {
    let too_long: Vec<String> = files()
        .into_iter()
        .filter(|file| file.path.starts_with("examples/"))
        .filter(|file| file.text.lines().count() >= 150)
        .map(|file| file.path)
        .collect();

    assert_none("examples of 150 lines and more", &too_long);
    assert!(read("examples/market_maker.rs").lines().count() > 100);
}

#[test]
fn every_member_of_the_workspace_is_in_the_tree_of_the_readme() {
    let readme = read("README.md");
    let manifest: toml::Table = read("Cargo.toml").parse().expect("Cargo.toml is TOML");
    let members = manifest["workspace"]["members"]
        .as_array()
        .expect("it lists its members");

    let missing: Vec<String> = members
        .iter()
        .filter_map(toml::Value::as_str)
        .filter(|member| !readme.contains(&format!("\n{member}/ ")))
        .map(str::to_owned)
        .collect();

    assert_none("members that the tree in README.md does not show", &missing);
}

#[test]
fn every_file_that_a_document_links_to_is_there() {
    let mut broken = Vec::new();

    for file in files().into_iter().filter(|file| file.path.contains(".md")) {
        let folder = root()
            .join(&file.path)
            .parent()
            .expect("a file is in a folder")
            .to_owned();
        for (link, _) in file
            .text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
        {
            let target = link.split('#').next().unwrap_or_default();
            let is_local = !target.is_empty() && !target.contains("://") && !target.contains(' ');
            if is_local && !folder.join(target).exists() {
                broken.push(format!("{}: {link}", file.path));
            }
        }
    }

    assert_none("links that lead nowhere", &broken);
}

#[test]
fn every_test_that_architecture_names_is_there() {
    let architecture = read("ARCHITECTURE.md");
    let sources: String = files()
        .iter()
        .filter(|file| file.is_rust())
        .map(|file| file.text.as_str())
        .collect();
    let held_by = architecture
        .split("held by |")
        .nth(1)
        .expect("it says what holds each absence");

    let missing: Vec<&str> = held_by
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('_') && !name.contains('/') && !name.contains(' '))
        .filter(|name| !sources.contains(&format!("fn {name}(")))
        .collect();

    assert!(
        missing.is_empty(),
        "tests that ARCHITECTURE.md names and nobody wrote: {missing:?}"
    );
}
