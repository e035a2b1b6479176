//! What is done once an answer is out, on the built wasm.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};

use crate::{
    harness::{
        http::Request,
        soon,
        target::{Host, Target},
    },
    unsubscribe::{Mailer, SECRET, keys, link, one_click},
};

/// More bytes than the sockets, the host and the engine hold between a function and a client that reads nothing.
const LONG: usize = 24 * 1024 * 1024;

const JANE: &str = "jane@example.org";

/// A host with a list whose name makes an answer longer than anything holds that lies before the client.
async fn host(mailer: &Mailer) -> Host {
    let lists = json!([
        {"id": "long", "name_en": "n".repeat(LONG)},
        {"id": "short", "name_en": "Short"},
    ]);
    let url = format!("{}/hook", mailer.address);
    mailer
        .host_with(&[
            ("lists", &lists.to_string()),
            ("webhook_url", &url),
            ("webhook_host", &mailer.address),
            ("webhook_secrets", SECRET),
        ])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn work_after_an_answer_begins_once_its_body_was_taken() {
    let mut mailer = Mailer::start(&[204]).await;
    let host = host(&mailer).await;
    // A person whose browser has begun to read the page that confirms the opt-out, and reads no more of it for now.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut browser = socket.connect(host.address()).await.unwrap();
    let opt_out =
        Request::post(link(&keys(), JANE, "long")).page().form(&[("page", "0123456789abcdef")]);
    browser.write_all(&opt_out.to_bytes()).await.unwrap();
    let mut begun = [0; 12];
    soon("the answer begins", browser.read_exact(&mut begun)).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");
    // The mailer is told of the one that came later, whose answer was taken, and not of this one.
    let click = one_click(&link(&keys(), JANE, "short"));
    assert_eq!(host.send(&click).await.status, 200);
    assert!(mailer.hear().await.1.contains("\"short\""));
    // Once the page was read, it is told of it too.
    let reading =
        tokio::spawn(async move { tokio::io::copy(&mut browser, &mut tokio::io::sink()).await });
    assert!(mailer.hear().await.1.contains("\"long\""));
    reading.abort();
    host.assert_nothing_trapped();
}
