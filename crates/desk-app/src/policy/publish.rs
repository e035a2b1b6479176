//! Publishing a version: the text first, under its own key, then the views.

use desk_core::fault::Fault;
use desk_core::policy::history::{Decision, Draft, DraftRefusal, History};
use desk_core::policy::views::{Index, PolicyHead, StoredText, Texts};
use desk_core::policy::{PolicyText, SignedPublication};
use desk_core::time::Timestamp;

use crate::desk::Desk;
use crate::ports::Store;

/// How often a publisher writes the views anew where another one's are read back.
const TRIES: usize = 4;
/// The most bytes of the index: beside it, one text at least has room in the head.
const MAX_INDEX: usize = 128 * 1024;

/// A version that is published, now or before with the same content.
#[derive(Debug)]
pub struct PublishedVersion {
    /// The publication.
    pub signed: SignedPublication,
    /// Whether it was published now.
    pub is_new: bool,
}

/// Publishes a version in one language.
///
/// # Errors
/// [`Fault::VersionPublished`] if the version exists with another content, [`Fault::InvalidField`] if it would take effect
/// too early or the history is full; another fault if the store fails.
pub async fn publish<S: Store>(
    desk: &Desk<'_, S>,
    draft: Draft,
    text: PolicyText,
) -> Result<PublishedVersion, Fault> {
    // Whatever comes of it, what this instance remembers may be wrong from here on.
    desk.instance.policy.clear();
    let known = views(desk).await?.union();
    let (signed, is_new) = match decide(&known.0, draft.clone(), desk.now())? {
        Decision::There(signed) => (signed, false),
        Decision::Publish(publication) => (publication.sign(&desk.setup.keys), true),
    };
    let mine = known.0.merged(Index::new([signed.clone()]));
    if mine.size() > MAX_INDEX {
        return Err(Fault::InvalidField { name: "", code: "history-full" });
    }
    if is_new {
        let stored = StoredText { signed: signed.clone(), markdown: text.clone() };
        desk.write_sealed(&signed.text_key(), None, &stored).await?;
    }
    // A publication that was there may have been cut off before its views were written.
    let index = settle(desk, mine, &text).await?;
    desk.instance.policy.clear();
    match decide(&index, draft, desk.now())? {
        Decision::There(signed) => Ok(PublishedVersion { signed, is_new }),
        Decision::Publish(_) => Err(Fault::Internal("a publication did not last".into())),
    }
}

fn decide(index: &Index, draft: Draft, now: Timestamp) -> Result<Decision, Fault> {
    History::new(index).decide(draft, now).map_err(|refusal| match refusal {
        DraftRefusal::Published => Fault::VersionPublished,
        DraftRefusal::TooEarly => {
            Fault::InvalidField { name: "?effective", code: "effective-too-early" }
        }
    })
}

/// The two views as they were read.
struct Views {
    index: Index,
    head: PolicyHead,
}

impl Views {
    /// Everything that either of them knows.
    fn union(self) -> (Index, Texts) {
        (self.index.merged(self.head.index), self.head.texts)
    }
}

async fn views<S: Store>(desk: &Desk<'_, S>) -> Result<Views, Fault> {
    let index: Option<Index> = desk.read_sealed(&Index::key()).await?;
    let head: Option<PolicyHead> = desk.read_sealed(&PolicyHead::key()).await?;
    Ok(Views { index: index.unwrap_or_default(), head: head.unwrap_or_default() })
}

/// Writes the views until they are read back with every publication that is known: where another publisher wrote in
/// between, its publications are taken along.
async fn settle<S: Store>(
    desk: &Desk<'_, S>,
    mine: Index,
    text: &PolicyText,
) -> Result<Index, Fault> {
    let mut mine = mine;
    for _ in 0..TRIES {
        let read = views(desk).await?;
        if read.index.contains(&mine) && read.head.index.contains(&mine) {
            return Ok(read.index);
        }
        let (others, mut texts) = read.union();
        mine = mine.merged(others);
        texts.add(text.sha256(), text);
        let head = head(desk, &mine, texts).await?;
        // The head is what readers see; whoever sees the version can pin it a moment later.
        desk.write_sealed(&PolicyHead::key(), None, &head).await?;
        desk.write_sealed(&Index::key(), None, &mine).await?;
    }
    Err(Fault::StoreUnavailable("the views of the policy do not settle".into()))
}

/// Builds the head, with the texts that are at hand and those that must be read for it.
async fn head<S: Store>(
    desk: &Desk<'_, S>,
    index: &Index,
    mut texts: Texts,
) -> Result<PolicyHead, Fault> {
    for signed in PolicyHead::wanted(index, desk.now()) {
        let digest = signed.publication.sha256;
        if texts.get(digest).is_none()
            && let Some(stored) = desk.read_sealed::<StoredText>(&signed.text_key()).await?
        {
            texts.add(digest, &stored.markdown);
        }
    }
    Ok(PolicyHead::new(index.clone(), &texts, desk.now()))
}
