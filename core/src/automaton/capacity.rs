//! When memory is given back: where most of it is unused.

use alloc::{collections::VecDeque, vec::Vec};

/// Room for so many is kept, used or not.
const SMALL: usize = 64;

/// How much room to leave, where there is far more than is used.
pub(crate) const fn excess(used: usize, room: usize) -> Option<usize> {
    if room > SMALL && used < room / 4 { Some(used * 2) } else { None }
}

pub(crate) fn trim<T>(list: &mut Vec<T>) {
    if let Some(enough) = excess(list.len(), list.capacity()) {
        list.shrink_to(enough);
    }
}

pub(crate) fn trim_queue<T>(queue: &mut VecDeque<T>) {
    if let Some(enough) = excess(queue.len(), queue.capacity()) {
        queue.shrink_to(enough);
    }
}
