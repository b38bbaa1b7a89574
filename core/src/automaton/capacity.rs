//! When memory is released: lists and tables keep at most about four times the capacity that they use.

use alloc::{collections::VecDeque, vec::Vec};

/// A capacity up to which no memory is released.
const SMALL: usize = 64;

/// The capacity to shrink to, if less than a quarter of the capacity is used.
pub(crate) const fn excess(used: usize, capacity: usize) -> Option<usize> {
    if capacity > SMALL && used < capacity / 4 { Some(used * 2) } else { None }
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
