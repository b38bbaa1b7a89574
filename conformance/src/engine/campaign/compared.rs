//! What a campaign compared of the state: which views came, and what they showed.

use crate::engine::{Event, Exchange, Family, Step, json};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    fmt::{Display, Formatter, Result},
};

/// What was compared beside the outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The number of answers.
    pub answers: u64,
    /// The number of answers with a view.
    pub views: u64,
    /// The kinds of inputs after which views came, in the cases that are sampled.
    pub after: BTreeSet<String>,
    /// The fields that views showed, in the cases that are sampled. Each of them counts with its first view after each kind of
    /// input.
    pub fields: BTreeSet<String>,
}

impl Compared {
    /// Counts an answer that is allowed. In a case that is sampled, also takes down what the first view after each kind of
    /// input shows: `taken_down` has the kinds so far.
    pub(super) fn count<F: Family>(&mut self, step: &Step<F>, taken_down: Option<&mut BTreeSet<String>>) {
        let Event::Input(Exchange { view, .. }) = &step.event else { return };
        self.answers += 1;
        let Some(view) = view else { return };
        self.views += 1;
        let Some(taken_down) = taken_down else { return };
        let kind = step.kind();
        if taken_down.insert(kind.clone()) {
            self.after.insert(kind);
            if let serde_json::Value::Object(fields) = json(view) {
                self.fields.extend(fields.into_iter().map(|(name, _)| name));
            }
        }
    }

    /// Adds what other cases compared.
    pub fn add(&mut self, other: Self) {
        self.answers = self.answers.saturating_add(other.answers);
        self.views = self.views.saturating_add(other.views);
        self.after.extend(other.after);
        self.fields.extend(other.fields);
    }
}

impl Display for Compared {
    /// `1000 outputs; 20 views, after heartbeat: fanout`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { answers, views, after, fields } = self;
        let list = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        match (*views, answers) {
            (0, answers) => return write!(f, "{answers} outputs; no views"),
            (views, answers) if views == *answers => write!(f, "{answers} outputs, each with a view")?,
            (views, answers) => write!(f, "{answers} outputs; {views} views")?,
        }
        if *views > 0 && views != answers && !after.is_empty() {
            write!(f, ", after {}", list(after))?;
        }
        if !fields.is_empty() {
            write!(f, "; fields: {}", list(fields))?;
        }
        Ok(())
    }
}
