//! What forms of all kinds take: texts, addresses, files, and the key that makes a retry the same request.

use base64ct::{Base64, Encoding as _};
use desk_core::attachment::{Attachment, InvalidAttachment, MAX_ATTACHMENTS};
use desk_core::case::Message;
use desk_core::email::{EmailAddress, InvalidEmail};
use desk_core::text::{InvalidText, Text};

use crate::fields::{Encoding, FieldValue, Fields};
use crate::problem::Problem;
use crate::request::Request;

/// The code of a text's fault.
pub const fn text_code(error: InvalidText) -> &'static str {
    match error {
        InvalidText::Empty => "missing",
        InvalidText::TooLong { .. } => "too-long",
        InvalidText::Control => "control-character",
    }
}

/// Reads `Idempotency-Key`: a quoted string as the draft has it (draft-ietf-httpapi-idempotency-key-header-06), or bare.
pub fn idempotency_key(request: &Request) -> Result<Option<String>, Problem> {
    const NAME: &str = "idempotency-key";
    const WRONG: Problem = Problem::Malformed("idempotency-key");
    if !request.headers.contains_key(NAME) {
        return Ok(None);
    }
    let value = request.header(NAME).ok_or(WRONG)?.trim();
    let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    let fits = (8..=128).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if fits { Ok(Some(value.to_owned())) } else { Err(WRONG) }
}

/// A further message of a person on their case or request, as it was sent.
#[derive(Debug)]
pub struct FurtherMessage {
    /// What was written, be it right or wrong: it stays in the form when that comes back.
    pub written: String,
    /// The token of the form that it came from.
    pub token: Option<String>,
    /// What makes a retry the same message: the form's token, or an idempotency key.
    pub once: Option<String>,
    /// How it was sent.
    pub encoding: Encoding,
    /// The message, or what is wrong with the fields.
    pub message: Result<Message, Problem>,
}

impl FurtherMessage {
    /// Reads what was sent to the address of a thread.
    ///
    /// # Errors
    /// A problem if the body cannot be read, or the idempotency key is none.
    pub fn read(request: &Request) -> Result<Self, Problem> {
        let mut fields = Fields::read(request)?;
        let encoding = fields.encoding;
        let written = fields.peek("message").unwrap_or_default().to_owned();
        let token = if encoding == Encoding::Form { fields.text("once") } else { None };
        let message = fields.parse("message", |text| Message::new(text).map_err(text_code));
        fields.require("message", &message);
        let once = token.clone().or(idempotency_key(request)?);
        let missing = || Problem::Internal("a required message is missing".into());
        let message = match fields.finish() {
            Ok(()) => message.ok_or_else(missing),
            Err(errors) => Err(Problem::InvalidFields(errors)),
        };
        Ok(Self { written, token, once, encoding, message })
    }
}

/// Parses an e-mail address that may be left out. Spaces alone leave it out.
pub fn address(fields: &mut Fields) -> Option<EmailAddress> {
    let parse = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error| match error {
            InvalidEmail::TooLong => "too-long",
            InvalidEmail::Shape => "not-an-address",
        }),
    };
    fields.parse("email", parse).flatten()
}

/// Parses a text of one line that may be left out.
pub fn optional_line<const MAX: usize>(
    fields: &mut Fields,
    name: &'static str,
) -> Option<Text<MAX>> {
    let text = optional(fields, name)?;
    if Text::is_one_line(&text) {
        return Some(text);
    }
    fields.error(name, "control-character");
    None
}

/// Parses a text that may be left out. Spaces alone leave it out.
pub fn optional<const MAX: usize>(fields: &mut Fields, name: &'static str) -> Option<Text<MAX>> {
    fields
        .parse(name, |text| match Text::new(text) {
            Ok(text) => Ok(Some(text)),
            Err(InvalidText::Empty) => Ok(None),
            Err(error) => Err(text_code(error)),
        })
        .flatten()
}

/// Takes the files: parts named `file` of a form, or `attachments` of JSON, each an object whose `data` is base 64.
pub fn files(fields: &mut Fields) -> Vec<Attachment> {
    let pointer = match fields.encoding {
        Encoding::Form => "file",
        Encoding::Json => "attachments",
    };
    let contents: Vec<_> = match fields.encoding {
        Encoding::Form => fields.take(pointer).into_iter().map(form_file).collect(),
        Encoding::Json => match json_files(fields.take(pointer)) {
            Ok(contents) => contents,
            Err(code) => {
                fields.error(pointer, code);
                return Vec::new();
            }
        },
    };
    // Counted before the empty ones go: a fault belongs to the input that the file came from.
    let contents: Vec<_> =
        contents.into_iter().enumerate().filter_map(|(at, file)| Some((at, file?))).collect();
    if contents.len() > MAX_ATTACHMENTS {
        fields.error(pointer, "too-many-files");
        return Vec::new();
    }
    let mut files = Vec::new();
    for (at, content) in contents {
        let file = content.and_then(|bytes| Attachment::new(&bytes).map_err(file_code));
        match file {
            Ok(file) => files.push(file),
            Err(code) => fields.error(&format!("{pointer}/{at}"), code),
        }
    }
    files
}

/// What was chosen in one input, or why it is no file; `None` where nothing was.
type Chosen = Option<Result<Vec<u8>, &'static str>>;

fn form_file(value: FieldValue) -> Chosen {
    match value {
        FieldValue::File(bytes) => Some(Ok(bytes)),
        FieldValue::Text(text) if text.is_empty() => None,
        _ => Some(Err("not-a-file")),
    }
}

fn json_files(mut values: Vec<FieldValue>) -> Result<Vec<Chosen>, &'static str> {
    if values.len() > 1 {
        return Err("given-twice");
    }
    match values.pop() {
        None | Some(FieldValue::Null) => Ok(Vec::new()),
        Some(FieldValue::List(items)) => {
            Ok(items.iter().map(|item| Some(json_file(item))).collect())
        }
        Some(_) => Err("not-a-list"),
    }
}

fn json_file(item: &FieldValue) -> Result<Vec<u8>, &'static str> {
    let FieldValue::Object(members) = item else { return Err("not-a-file") };
    match members.as_slice() {
        [(name, data)] if name == "data" => Base64::decode_vec(data).map_err(|_| "not-base64"),
        _ => Err("not-a-file"),
    }
}

const fn file_code(error: InvalidAttachment) -> &'static str {
    match error {
        InvalidAttachment::Empty => "empty-file",
        InvalidAttachment::TooLarge => "file-too-large",
        InvalidAttachment::UnknownKind => "file-kind",
        InvalidAttachment::Damaged => "file-damaged",
    }
}
