//! Who learns of a campaign while it runs.

use super::Case;
use crate::engine::Family;

/// Learns what happens in a campaign, while it happens. The jobs call it.
pub trait CampaignObserver<F: Family>: Sync {
    /// A case of this many steps has ended. `coverage` is what its job reached so far.
    fn case_ended(&self, _steps: u64, _coverage: &F::Coverage) {}

    /// A case ended in a finding of this kind: the first one of its job, or one with a lower number.
    fn found(&self, _kind: &str, _case: &Case<F>) {}
}

/// Calls a function at the end of each case.
pub(super) struct CaseEnds<'a, F: Family>(pub(super) &'a (dyn Fn(u64, &F::Coverage) + Sync));

impl<F: Family> CampaignObserver<F> for CaseEnds<'_, F> {
    fn case_ended(&self, steps: u64, coverage: &F::Coverage) {
        (self.0)(steps, coverage);
    }
}
