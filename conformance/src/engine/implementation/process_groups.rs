//! The groups of all programs that run now, so that they can be ended at once.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A program has started, as the leader of a group.
pub(super) fn add(leader: u32) {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).insert(leader);
}

/// A group was ended.
pub(super) fn remove(leader: u32) {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&leader);
}

/// Ends all programs that run now, with everything that they started. For a process that exits without dropping its
/// values.
pub fn end_all() {
    let running = std::mem::take(&mut *RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
    #[cfg(unix)]
    for leader in running {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = i32::try_from(leader).ok().and_then(Pid::from_raw);
        // The group may have ended already.
        let _ = leader.map(|leader| kill_process_group(leader, Signal::KILL));
    }
    #[cfg(not(unix))]
    drop(running);
}
