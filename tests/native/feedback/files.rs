//! Attached files.

use super::*;

#[test]
fn files_are_told_by_content_cleaned_kept_sealed_and_given_back_to_be_saved() {
    let world = World::desk_with_policy();
    let token = world.token();
    let large = vec![b'a'; 1024 * 1024];
    let told = png(b"Author\0Anna");
    let parts: [(&str, Option<&str>, &[u8]); 7] = [
        ("token", None, token.as_bytes()),
        ("kind", None, b"problem"),
        ("message", None, b"See for yourself."),
        ("file", Some("..\\\\picture.exe"), &told),
        ("file", Some("anna-secret.html"), &large),
        ("file", Some("letter.txt"), b"%PDF-1.7 x"),
        ("subject_line", None, b""),
    ];
    let status = ticket(&world.feedback(&multipart("/feedback", &parts)));
    let case = world.case(&status);
    let files = case["thread"][0]["attachments"].as_array().unwrap();
    let expected: [(&str, &str, Vec<u8>); 3] = [
        ("image/png", "png", png(b"")),
        ("text/plain; charset=utf-8", "txt", large.clone()),
        ("application/pdf", "pdf", b"%PDF-1.7 x".to_vec()),
    ];
    for (at, ((media_type, ending, bytes), file)) in expected.iter().zip(files).enumerate() {
        let number = at + 1;
        assert_eq!(file["media_type"], *media_type);
        assert_eq!(file["size"], bytes.len());
        assert_eq!(file["sha256"], base16ct::lower::encode_string(&Sha256::digest(bytes)));
        let url = path(file["url"].as_str().unwrap());
        assert_eq!(url, format!("{status}/attachments/{number}"));
        let answer = world.feedback(&page(&url));
        assert_eq!((answer.status, answer.body.as_ref()), (200, bytes.as_slice()));
        assert_eq!(answer.header("content-type"), *media_type);
        let reference = case["reference"].as_str().unwrap();
        let disposition = format!("attachment; filename=\"{reference}-{number}.{ending}\"");
        assert_eq!(answer.header("content-disposition"), disposition);
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for number in ["0", "4", "-1", "one", "18446744073709551616"] {
        assert_eq!(world.feedback(&get(&format!("{status}/attachments/{number}"))).status, 404);
    }
    // Five parts for a MiB, one for each of the others; no name of a file is kept anywhere.
    assert_eq!(world.keys("file").len(), 7);
    assert!(world.store.dump().values().all(|value| value.len() <= 256 * 1024));
    assert!(!case.to_string().contains("secret"));
}

#[test]
fn no_part_of_a_file_is_believed_that_is_not_the_one_attached() {
    let world = World::desk_with_policy();
    let mut body = complaint();
    let file = |byte: u8| json!({"data": Base64::encode_string(&vec![byte; 600_000])});
    body["attachments"] = json!([file(b'a'), file(b'b')]);
    let status = world.filed(&body);
    let key = world.key(&status);
    let part = |file, number| key.file_part(file, number).as_str().to_owned();
    let answer = || world.feedback(&get(&format!("{status}/attachments/1")));
    let whole = world.store.dump();
    assert_eq!(answer().body.len(), 600_000);
    type Change<'a> = (&'a str, Vec<(String, Option<Vec<u8>>)>);
    let value = |key: &str| whole[key].clone();
    let mut cut = value(&part(1, 2));
    cut.truncate(1000);
    let changes: Vec<Change<'_>> = vec![
        ("missing", vec![(part(1, 2), None)]),
        ("cut", vec![(part(1, 2), Some(cut))]),
        ("empty", vec![(part(1, 2), Some(Vec::new()))]),
        ("of another file", vec![(part(1, 2), Some(value(&part(2, 2))))]),
        (
            "swapped",
            vec![(part(1, 1), Some(value(&part(1, 2)))), (part(1, 2), Some(value(&part(1, 1))))],
        ),
    ];
    for (what, changes) in changes {
        for (key, changed) in &changes {
            match changed {
                Some(changed) => world.store.put(key, changed.clone()),
                None => drop(world.store.take(key)),
            }
        }
        let given = answer();
        assert_eq!((given.status, given.slug()), (500, "internal".to_owned()), "{what}");
        assert!(given.log.is_some());
        for (key, _) in &changes {
            world.store.put(key, value(key));
        }
    }
    assert_eq!(answer().status, 200);
}
