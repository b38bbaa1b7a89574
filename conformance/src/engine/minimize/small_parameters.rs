//! Smaller parameters, with which fewer steps reach the finding: a cache that forgets after one heartbeat, a mesh that is
//! full with one peer. Parameters that are not the default cost less than steps.

use super::{document::Document, parameters, parts, search::Search};
use crate::engine::{Family, minimize::Subject};
use serde_json::json;

/// The values that are tried.
const SMALL: [u64; 3] = [0, 1, 2];

/// Tries each parameter, and those that bound each other; with each, fewer steps.
pub(super) fn try_all<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    for (small, zero) in F::BOUND_PARAMETERS {
        for value in SMALL {
            let set_parameters = |document: &mut Document<F>| {
                let values = small.iter().map(|name| (name, value)).chain(zero.iter().map(|name| (name, 0)));
                for (name, value) in values {
                    if let Some(parameter) = document.parameters.get_mut(name) {
                        *parameter = json!(value);
                    }
                }
            };
            search.detour(set_parameters, parts::drop_steps);
        }
    }
    let count = parameters::all(&mut search.best().document.clone()).len();
    for (index, value) in (0..count).flat_map(|index| SMALL.map(|value| (index, value))) {
        let set_parameter = |document: &mut Document<F>| {
            let parameter = parameters::nth(document, index);
            if let Some(parameter) = parameter.filter(|parameter| parameter.is_number()) {
                *parameter = json!(value);
            }
        };
        search.detour(set_parameter, parts::drop_steps);
    }
}
