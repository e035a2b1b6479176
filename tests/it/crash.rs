//! Killing the desk at any moment loses no case that it acknowledged.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::json;
use tokio::sync::Notify;

use crate::harness::{
    functions,
    http::{self, Request},
    process::{self, Process},
    soon,
};

/// How often the desk is killed.
const KILLS: usize = 6;
/// How many clients file cases at once.
const CLIENTS: usize = 8;

/// Starts the `desk` command over a data folder, and gives it with the address at which it serves.
fn start(folder: &Path) -> (Process, SocketAddr) {
    let mut command = Command::new(process::desk());
    command.args(["up", "--no-build", "--no-sample", "--listen", "127.0.0.1:0"]);
    command.args(["--variable", "feedback_limits=1000000;w=60", "--from"]);
    command.arg(functions::built().path()).arg("--state-dir").arg(folder.join("data"));
    // Nobody's `.env` and nobody's variables.
    command.current_dir(folder).env_clear();
    command.envs(
        ["PATH", "HOME"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))),
    );
    let ready = |line: &str| line.split_once(" is served at http://")?.1.parse().ok();
    Process::start(&mut command, ready).unwrap_or_else(|why| panic!("{why}"))
}

/// A case that the desk said it has.
#[derive(Clone, Debug)]
struct Acknowledged {
    status: String,
    message: String,
}

/// Files cases, each with a message of its own, until the desk is gone.
async fn file_until_gone(
    address: SocketAddr,
    name: String,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    enough: Arc<(AtomicUsize, Notify)>,
) {
    for number in 0.. {
        let message = format!("{name}, number {number}");
        let body = json!({"kind": "complaint", "message": message, "email": "anna@example.org"});
        let Ok(answer) = http::try_send(address, &Request::post("/feedback").json(&body)).await
        else {
            return;
        };
        assert_eq!(answer.status, 201, "{answer:?}");
        let url = answer.field("/status_url");
        let (_, path) = url.split_once("/feedback/").expect("a status link");
        let status = format!("/feedback/{path}");
        acknowledged.lock().unwrap().push(Acknowledged { status, message });
        if enough.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            enough.1.notify_one();
        }
    }
}

#[tokio::test]
async fn no_acknowledged_case_is_lost_when_the_desk_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let acknowledged: Arc<Mutex<Vec<Acknowledged>>> = Arc::default();
    for kill in 0..KILLS {
        let (mut desk, address) = start(folder.path());
        // All that was acknowledged in earlier lives is there.
        let known = acknowledged.lock().unwrap().clone();
        for case in &known {
            let answer =
                http::send(address, &Request::get(format!("{}/case.json", case.status))).await;
            assert_eq!(answer.status, 200, "{case:?} is lost after {kill} kills: {answer:?}");
            assert_eq!(answer.field("/thread/0/text"), case.message);
        }
        // After some cases, whatever the others are in the middle of.
        let enough = Arc::new((AtomicUsize::new(3 + 11 * kill), Notify::new()));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let name = format!("client {client} of life {kill}");
                let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
                tokio::spawn(file_until_gone(address, name, acknowledged, enough))
            })
            .collect();
        soon("cases are filed", enough.1.notified()).await;
        desk.kill();
        for client in clients {
            client.await.unwrap();
        }
        assert!(acknowledged.lock().unwrap().len() > known.len());
    }
    let (_desk, address) = start(folder.path());
    let known = acknowledged.lock().unwrap().clone();
    for case in &known {
        let answer = http::send(address, &Request::get(format!("{}/case.json", case.status))).await;
        assert_eq!(answer.status, 200, "{case:?} is lost: {answer:?}");
    }
}
