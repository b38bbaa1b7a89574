//! What a step has at hand: who makes its choices, and who learns of its decisions.

use crate::{
    Decision, Observer,
    automaton::{Choice, MarkId, OverfullMesh, Pick, RuleId, Violation, choice::ChoicePoint},
};
use gossipsub_automaton::{
    Span, Time,
    trace_ids::{MessageId, Peer, Topic},
};
use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fmt::{self, Display},
};

/// Makes the choices of one step and reports its decisions.
pub(super) struct Context<'a> {
    choice: &'a mut dyn Choice,
    observer: &'a mut dyn Observer,
}

/// A value of a comparison, with its name.
pub(super) type Operand<T> = (&'static str, T);

impl<'a> Context<'a> {
    pub(super) fn new(choice: &'a mut dyn Choice, observer: &'a mut dyn Observer) -> Self {
        Self { choice, observer }
    }

    /// Reports whether the condition of a rule holds, and returns it.
    pub(super) fn check(&mut self, rule: RuleId, holds: bool, operands: &dyn Display) -> bool {
        self.observer.decision(Decision { rule: rule.rule(), holds, ordering: None, operands });
        holds
    }

    /// Reports a rule that holds if a value is missing, and returns the value.
    pub(super) fn check_missing<T>(&mut self, rule: RuleId, value: Option<T>, operands: &dyn Display) -> Option<T> {
        self.check(rule, value.is_none(), operands);
        value
    }

    /// Whether a value is below its limit.
    pub(super) fn is_below<T: Value>(&mut self, rule: RuleId, value: Operand<T>, limit: Operand<T>) -> bool {
        self.compare(rule, value, "<", limit, Ordering::is_lt)
    }

    /// Whether a value is above its limit.
    pub(super) fn is_above<T: Value>(&mut self, rule: RuleId, value: Operand<T>, limit: Operand<T>) -> bool {
        self.compare(rule, value, ">", limit, Ordering::is_gt)
    }

    /// Whether a value has reached its limit.
    pub(super) fn has_reached<T: Value>(&mut self, rule: RuleId, value: Operand<T>, limit: Operand<T>) -> bool {
        self.compare(rule, value, ">=", limit, Ordering::is_ge)
    }

    /// Whether a value is at most its limit.
    pub(super) fn is_at_most<T: Value>(&mut self, rule: RuleId, value: Operand<T>, limit: Operand<T>) -> bool {
        self.compare(rule, value, "<=", limit, Ordering::is_le)
    }

    fn compare<T: Value>(
        &mut self,
        rule: RuleId,
        value: Operand<T>,
        sign: &'static str,
        limit: Operand<T>,
        is: fn(Ordering) -> bool,
    ) -> bool {
        let ordering = value.1.partial_cmp(&limit.1);
        let holds = ordering.is_some_and(is);
        self.decide(rule, holds, ordering, &Comparison { value, sign, limit })
    }

    /// Reports a check that compares a value with a limit and that may depend on more.
    pub(super) fn decide(
        &mut self,
        rule: RuleId,
        holds: bool,
        ordering: Option<Ordering>,
        operands: &dyn Display,
    ) -> bool {
        self.observer.decision(Decision { rule: rule.rule(), holds, ordering, operands });
        holds
    }

    /// Reports a special case if it is met.
    pub(super) fn mark(&mut self, mark: MarkId, is_met: bool) {
        if is_met {
            self.observer.reached(mark.mark());
        }
    }

    /// The chosen peers.
    pub(super) fn choose_peers(&mut self, pick: &Pick<'_>) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.choose(pick)?.into_iter().map(|position| pick.from.peer(position)).collect())
    }

    /// The chosen peers, in the order in which they were chosen.
    pub(super) fn choose_ordered_peers(&mut self, pick: &Pick<'_>) -> Result<Vec<Peer>, Violation> {
        Ok(self.choose(pick)?.into_iter().map(|position| pick.from.peer(position)).collect())
    }

    /// The chosen message ids, in the order in which they were chosen.
    pub(super) fn choose_message_ids(&mut self, pick: &Pick<'_>) -> Result<Vec<MessageId>, Violation> {
        Ok(self.choose(pick)?.into_iter().map(|position| pick.from.message_id(position)).collect())
    }

    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        self.observer.choice(pick.point.rule().rule(), pick.count, pick.from.len());
        self.choice.choose(pick)
    }

    /// The part of an over-full mesh that is kept.
    pub(super) fn keep(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        self.observer.choice(ChoicePoint::Kept(topic).rule().rule(), mesh.keep, mesh.peers.len());
        self.choice.keep(topic, mesh)
    }
}

/// `score -3.0 < gossip_threshold -2.0`
struct Comparison<T> {
    value: Operand<T>,
    sign: &'static str,
    limit: Operand<T>,
}

impl<T: Value> Display for Comparison<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, sign, limit } = self;
        write!(f, "{} ", value.0)?;
        value.1.show(f)?;
        write!(f, " {sign} {} ", limit.0)?;
        limit.1.show(f)
    }
}

/// A value that a rule compares.
pub(super) trait Value: PartialOrd {
    /// Writes the value as a report shows it.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Value for f64 {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

macro_rules! displayed_values {
    ($($value:ty)*) => {
        $(impl Value for $value {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Display::fmt(self, f)
            }
        })*
    };
}

displayed_values! { u64 u128 usize Time Span }
