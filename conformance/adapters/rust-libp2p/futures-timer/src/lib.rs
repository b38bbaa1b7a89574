//! The API of `futures-timer` over the virtual clock of the patched `web-time`: no thread, no sleep.
//!
//! A driver moves the clock to [`next_deadline`] and calls [`wake_due`]; the delays that end there are then ready.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A deadline and the number of its delay: equal deadlines are woken in the order in which the delays were made.
type Key = (Duration, u64);

thread_local! {
    static WAITING: RefCell<BTreeMap<Key, Waker>> = const { RefCell::new(BTreeMap::new()) };
    static NEXT_NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// The earliest deadline for which a delay of this thread waits.
#[must_use]
pub fn next_deadline() -> Option<Duration> {
    WAITING.with_borrow(|waiting| waiting.keys().next().map(|(deadline, _)| *deadline))
}

/// Wakes the delays of this thread whose deadline has come.
pub fn wake_due() {
    let now = web_time::now();
    // One at a time: a waker may drop other delays, or make new ones.
    while let Some(waker) = WAITING.with_borrow_mut(|waiting| {
        let due = waiting.first_entry().filter(|entry| entry.key().0 <= now);
        due.map(OccupiedEntry::remove)
    }) {
        waker.wake();
    }
}

/// A future that is ready once the clock has reached its deadline.
#[derive(Debug)]
pub struct Delay {
    key: Key,
}

impl Delay {
    /// A delay that ends `span` from now.
    #[must_use]
    pub fn new(span: Duration) -> Self {
        let number = NEXT_NUMBER.get();
        NEXT_NUMBER.set(number + 1);
        Self { key: (web_time::now().saturating_add(span), number) }
    }

    /// Lets the delay end `span` from now instead.
    pub fn reset(&mut self, span: Duration) {
        self.forget();
        self.key.0 = web_time::now().saturating_add(span);
    }

    fn forget(&self) {
        // While a thread ends, its queue may be gone before its delays are.
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().remove(&self.key));
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if web_time::now() >= self.key.0 {
            self.forget();
            return Poll::Ready(());
        }
        WAITING.with_borrow_mut(|waiting| waiting.insert(self.key, context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ready(delay: &mut Delay) -> bool {
        Pin::new(delay).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_delay_is_ready_at_its_deadline_and_not_before() {
        let start = web_time::now();
        let mut delay = Delay::new(Duration::from_millis(10));
        assert!(!is_ready(&mut delay));
        assert_eq!(next_deadline(), Some(start + Duration::from_millis(10)));
        web_time::advance_to(start + Duration::from_millis(9));
        wake_due();
        assert!(!is_ready(&mut delay));
        web_time::advance_to(start + Duration::from_millis(10));
        wake_due();
        assert_eq!(next_deadline(), None);
        assert!(is_ready(&mut delay));
    }

    #[test]
    fn a_delay_that_is_reset_or_dropped_does_not_wait_for_its_old_deadline() {
        let mut delay = Delay::new(Duration::from_millis(1));
        assert!(!is_ready(&mut delay));
        delay.reset(Duration::from_millis(5));
        assert_eq!(next_deadline(), None);
        assert!(!is_ready(&mut delay));
        drop(delay);
        assert_eq!(next_deadline(), None);
    }
}
