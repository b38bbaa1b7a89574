//! Panics of implementations in this process: findings, not faults of the harness.

use super::ImplementationError;
use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    /// Whether this thread runs an implementation.
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic of an implementation into an error, and keeps it from the terminal.
///
/// # Errors
/// [`ImplementationError::Panicked`] with the text of the panic.
pub fn catch_panic<T>(run: impl FnOnce() -> T) -> Result<T, ImplementationError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !RUNNING.get() {
                loud(info);
            }
        }));
    });
    RUNNING.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    RUNNING.set(false);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        ImplementationError::Panicked(text.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_text() {
        for error in [catch_panic(|| panic!("a slot")), catch_panic(|| panic!("{} slot", "a"))] {
            assert_eq!(
                error.map_err(|error: ImplementationError| error.to_string()),
                Err::<(), _>("the implementation panicked: a slot".into())
            );
        }
        assert!(matches!(catch_panic(|| 7), Ok(7)), "without a panic the value comes back");
    }
}
