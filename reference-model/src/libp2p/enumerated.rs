//! Every allowed choice in turn, for a search that leaves none out.

use super::{
    choice::Selection,
    mesh::OverfullMesh,
    model::Model,
    vocabulary::{Input, Output, Peer},
};
use crate::enumeration::Enumeration;
use gossipsub_automaton::Time;
use std::collections::BTreeSet;

/// Makes every allowed choice in turn: one run of a step from the same state for each. Never refuses.
#[derive(Clone, Debug, Default)]
struct EnumeratedChoices(Enumeration);

impl Selection for EnumeratedChoices {
    fn select<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>, count: usize) -> Vec<T> {
        self.0.combine(from, count)
    }

    fn select_kept(&mut self, mesh: &OverfullMesh<'_>) -> BTreeSet<Peer> {
        let members = mesh.members.keys().copied();
        let kept = self.0.combine_allowed(&members, mesh.degree, |kept| mesh.check(kept).is_ok());
        kept.expect("some members of an over-full mesh may stay")
    }
}

impl Model {
    /// Every step that the model can make by itself: one for each combination of choices. Different choices may lead to
    /// the same answer and the same state.
    ///
    /// The number of choices grows fast with the number of candidates, so the state must be small. It must be one of a
    /// router that [responds](Self::respond) by itself: then every choice so far is known.
    #[must_use]
    pub fn responses(&self, now: Time, input: &Input) -> Vec<(Output, Self)> {
        let mut choice = EnumeratedChoices::default();
        let mut responses = Vec::new();
        loop {
            let mut after = self.clone();
            let output = after.respond_with(now, input, &mut choice, &mut ());
            responses.push((output, after));
            if !choice.0.advance() {
                return responses;
            }
        }
    }
}
