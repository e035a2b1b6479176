//! Running store calls side by side.
//!
//! The futures crate does the same, with queues and wakers for thousands of tasks: 10 KB more in every component. Here a
//! handful of calls are polled together, and polling one that is not ready costs nothing worth counting.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use crate::problem::Problem;

/// A result that others are waited for beside.
type Outcome<T> = Result<T, Problem>;

/// Runs two things side by side and gives both, or the first problem.
///
/// # Errors
/// Whatever either of them says.
pub async fn both<A, B>(
    a: impl Future<Output = Outcome<A>>,
    b: impl Future<Output = Outcome<B>>,
) -> Outcome<(A, B)> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(outcome) = a.as_mut().poll(context)
        {
            first = Some(outcome?);
        }
        if second.is_none()
            && let Poll::Ready(outcome) = b.as_mut().poll(context)
        {
            second = Some(outcome?);
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => Poll::Ready(Ok((a, b))),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}

/// Runs many things side by side and gives all of them in their order, or the first problem.
///
/// # Errors
/// Whatever any of them says.
pub async fn all<'f, T: 'f, F: Future<Output = Outcome<T>> + 'f>(
    futures: impl IntoIterator<Item = F>,
) -> Outcome<Vec<T>> {
    run(futures.into_iter().map(|future| Box::pin(future) as Boxed<'f, T>).collect()).await
}

type Boxed<'f, T> = Pin<Box<dyn Future<Output = Outcome<T>> + 'f>>;

async fn run<T>(mut futures: Vec<Boxed<'_, T>>) -> Outcome<Vec<T>> {
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (future, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(outcome) => *slot = Some(outcome?),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(Ok::<(), Problem>(())) }
    })
    .await?;
    Ok(done.into_iter().flatten().collect())
}
