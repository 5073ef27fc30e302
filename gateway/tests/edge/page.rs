//! The page as a browser gets it: from the binary, once, with no way out of its origin.

use std::io::Read;

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::venue::{ADMIN_KEY, PATIENCE, Setup, Venue};

/// Head and body of a GET with these further header lines.
async fn get(address: std::net::SocketAddr, path: &str, headers: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    (head, answer[end + 4..].to_vec())
}

/// What a page names that is to be loaded from where it came.
fn loaded_by(text: &str) -> Vec<String> {
    let quoted = text.split('"').filter(|part| part.starts_with("/page/"));
    let imported = text
        .split("from \"./")
        .skip(1)
        .filter_map(|rest| Some(format!("/page/{}", rest.split_once('"')?.0)));
    quoted.map(str::to_owned).chain(imported).collect()
}

#[tokio::test]
async fn the_page_and_everything_that_it_names_is_served() {
    let venue = Venue::open().await;
    let (head, page) = get(venue.address, "/", "").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");

    let mut named = loaded_by(&String::from_utf8(page).unwrap());
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = named.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let (head, body) = get(venue.address, &path, "").await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        assert!(
            head.contains("x-content-type-options: nosniff"),
            "{path}: {head}"
        );
        let kind = if path.rsplit('.').next() == Some("css") {
            "text/css"
        } else {
            "text/javascript"
        };
        assert!(
            head.contains(&format!("content-type: {kind}")),
            "{path}: {head}"
        );
        if !path.ends_with("plotly.min.js") {
            named.extend(loaded_by(&String::from_utf8(body).unwrap()));
        }
    }

    assert_eq!(seen.len(), 19, "every file of the page is used: {seen:?}");
    let (head, _) = get(venue.address, "/page/nosuch.mjs", "").await;
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    venue.close().await;
}

#[tokio::test]
async fn the_page_may_load_and_ask_nothing_of_others_and_leaves_no_cookie() {
    let venue = Venue::open().await;

    for address in [venue.address, venue.admin_address] {
        let (head, _) = get(address, "/", "").await;
        for line in [
            "content-security-policy: default-src 'self'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' data:; connect-src 'self'",
            "x-frame-options: DENY",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert!(head.contains(line), "{line} is not in {head}");
        }
        assert!(!head.to_lowercase().contains("set-cookie"), "{head}");
    }
    venue.close().await;
}

#[tokio::test]
async fn plotly_comes_compressed_and_is_not_sent_twice() {
    let venue = Venue::open().await;

    let (head, body) = get(venue.address, "/page/plotly.min.js", "").await;
    assert!(head.contains("content-encoding: gzip"), "{head}");
    assert!(body.len() < 1_700_000, "{} bytes", body.len());
    let mut script = String::new();
    GzDecoder::new(body.as_slice())
        .read_to_string(&mut script)
        .unwrap();
    assert!(
        script.starts_with("/**\n* plotly.js v"),
        "{}",
        &script[..40]
    );

    let tag = head
        .lines()
        .find_map(|line| line.strip_prefix("etag: "))
        .unwrap();
    let known = format!("If-None-Match: {tag}\r\n");
    let (head, body) = get(venue.address, "/page/plotly.min.js", &known).await;
    assert!(head.starts_with("HTTP/1.1 304 "), "{head}");
    assert_eq!(body.len(), 0);
    venue.close().await;
}

#[tokio::test]
async fn the_admin_key_is_in_the_page_of_a_demos_admin_listener_and_nowhere_else() {
    for (page_key, is_entered) in [
        (gateway::PageKey::Asked, false),
        (gateway::PageKey::Entered, true),
    ] {
        let venue = Venue::open_with(Setup {
            page_key,
            ..Setup::default()
        })
        .await;
        let text = |body: Vec<u8>| String::from_utf8(body).unwrap();
        let public = text(get(venue.address, "/", "").await.1);
        let admin = text(get(venue.admin_address, "/", "").await.1);

        assert!(public.contains("<body data-port=\"public\">"));
        assert!(!public.contains(ADMIN_KEY));
        assert!(admin.contains("<body data-port=\"admin\""));
        assert_eq!(admin.contains(ADMIN_KEY), is_entered);
        venue.close().await;
    }
}
