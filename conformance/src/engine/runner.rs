//! One sequence: an implementation, and the referee beside it.

use super::{
    Family, Finding, Implementation, PropertyExtent, Referee, Step, Views, implementation::ImplementationError,
};
use gossipsub_reference_model::Observer;

/// Sends the steps of one sequence to an implementation, and judges its answers as they come.
#[derive(Debug)]
pub struct Runner<'a, F: Family, M: ?Sized> {
    implementation: &'a mut M,
    referee: Referee<F>,
    sends_ahead: bool,
}

impl<'a, F: Family, M: Implementation<F> + ?Sized> Runner<'a, F, M> {
    /// Starts both over. All properties are checked; the state is shown after heartbeats.
    ///
    /// # Errors
    /// If the implementation refuses the header or fails, and if the parameters break a rule.
    pub fn start(implementation: &'a mut M, header: &F::Header) -> Result<Self, Finding> {
        Self::start_with(implementation, header, Views::Heartbeat, PropertyExtent::All)
    }

    /// As [`Runner::start`], with the states that are to be shown and the properties that are to be checked.
    ///
    /// # Errors
    /// As [`Runner::start`].
    pub fn start_with(
        implementation: &'a mut M,
        header: &F::Header,
        views: Views,
        extent: PropertyExtent,
    ) -> Result<Self, Finding> {
        let referee = Referee::start(header, extent).map_err(ImplementationError::from)?;
        implementation.start(header, views)?;
        let sends_ahead = implementation.capabilities().pipeline;
        Ok(Self { implementation, referee, sends_ahead })
    }

    /// Makes a step, and writes the answer into it, also if the answer is not allowed.
    ///
    /// # Errors
    /// What is wrong with the answer. The sequence ends there.
    pub fn step(&mut self, step: &mut Step<F>) -> Result<(), Finding> {
        self.observed_step(step, &mut ())
    }

    /// As [`Runner::step`]. The observer, such as coverage, learns of every decision of the model.
    ///
    /// # Errors
    /// As [`Runner::step`].
    pub fn observed_step(&mut self, step: &mut Step<F>, observer: &mut dyn Observer) -> Result<(), Finding> {
        self.implementation.answer_step(step)?;
        self.referee.judge(step, observer)
    }

    /// Whether the implementation is sent steps before it has answered those before them.
    pub(super) const fn sends_ahead(&self) -> bool {
        self.sends_ahead
    }

    /// Sends several steps, and writes the answers into them, without judging them: see [`Implementation::answer_all`].
    pub(super) fn answer_all(
        &mut self,
        steps: &mut [Step<F>],
        is_over: &dyn Fn() -> bool,
    ) -> (usize, Result<(), ImplementationError>) {
        self.implementation.answer_all(steps, is_over)
    }

    /// The referee.
    pub const fn referee(&mut self) -> &mut Referee<F> {
        &mut self.referee
    }

    /// The model, in the state after the last step.
    #[must_use]
    pub const fn model(&self) -> &F::Model {
        self.referee.model()
    }
}

/// Sends a whole sequence to an implementation, up to the first finding. The steps up to it come back with their
/// answers; none if the implementation does not start.
pub fn run_sequence<F: Family, M: Implementation<F> + ?Sized>(
    implementation: &mut M,
    header: &F::Header,
    steps: &[Step<F>],
    views: Views,
) -> (Vec<Step<F>>, Option<Finding>) {
    let mut answered = Vec::new();
    let mut runner = match Runner::start_with(implementation, header, views, PropertyExtent::All) {
        Ok(runner) => runner,
        Err(finding) => return (answered, Some(finding)),
    };
    for step in steps {
        let mut step = step.clone();
        let judged = runner.step(&mut step);
        answered.push(step);
        if let Err(finding) = judged {
            return (answered, Some(finding));
        }
    }
    (answered, None)
}
