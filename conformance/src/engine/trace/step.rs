//! The other lines of a trace: inputs with their answers, and changes of the environment.

use super::{LineError, LineErrorKind, line};
use crate::engine::{Family, family::value_kind};
use gossipsub_automaton::{LARGEST_INTEGER, Time, trace_format::strict};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

/// One step of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<F: Family> {
    /// When it happens. Never before the step before it.
    pub now: Time,
    /// What happens.
    pub event: Event<F>,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<F: Family> {
    /// The environment changes. The implementation does not answer.
    Environment(F::Change),
    /// An input.
    Input(Exchange<F>),
}

/// An input and the answer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange<F: Family> {
    /// The input or query.
    pub input: F::Input,
    /// The output; absent in a script.
    pub output: Option<F::Output>,
    /// The state after the input, or a part of it.
    pub view: Option<F::View>,
}

impl<F: Family> Step<F> {
    /// A step that was not answered yet.
    #[must_use]
    pub fn of_input(now: Time, input: impl Into<F::Input>) -> Self {
        Self { now, event: Event::Input(Exchange { input: input.into(), output: None, view: None }) }
    }

    /// The kind of the input or of the change, such as `graft`.
    #[must_use]
    pub fn kind(&self) -> String {
        match &self.event {
            Event::Environment(change) => value_kind(change),
            Event::Input(exchange) => value_kind(&exchange.input),
        }
    }
}

/// The fields of a line. A script's outputs and views are not read.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    bound = "I: DeserializeOwned, C: DeserializeOwned, O: DeserializeOwned, V: DeserializeOwned"
)]
struct ReadFields<I, C, O, V> {
    #[serde(deserialize_with = "strict")]
    now: u64,
    #[serde(default, deserialize_with = "there")]
    input: Option<I>,
    #[serde(default, deserialize_with = "there")]
    output: Option<O>,
    #[serde(default, deserialize_with = "there")]
    view: Option<V>,
    #[serde(default, deserialize_with = "there")]
    environment: Option<C>,
}

#[derive(Deserialize)]
#[serde(transparent, bound = "")]
struct ReadView<F: Family>(#[serde(deserialize_with = "F::read_view")] F::View);

#[derive(Serialize)]
#[serde(bound = "")]
struct WrittenFields<'a, F: Family> {
    now: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a F::Input>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a F::Output>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<&'a F::View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a F::Change>,
}

/// Reads an optional field that is there, so that `null` is not taken for an absent field.
pub(crate) fn there<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<F: Family> Step<F> {
    /// Reads a step from its line.
    ///
    /// # Errors
    /// If the line is not a step.
    pub fn from_line(line: &str) -> Result<Self, LineError> {
        let fields: ReadFields<F::Input, F::Change, F::Output, ReadView<F>> = line::parse(line)?;
        fields.into_step(Some, |ReadView(view)| Some(view))
    }

    /// Reads a step from its line, without looking into its output and view: the step has neither.
    ///
    /// # Errors
    /// If the line is not a step.
    pub fn from_line_of_script(line: &str) -> Result<Self, LineError> {
        let fields: ReadFields<F::Input, F::Change, IgnoredAny, IgnoredAny> = line::parse(line)?;
        fields.into_step(|_| None, |_| None)
    }

    /// Appends the step's line to `line`, with its end.
    ///
    /// # Errors
    /// If the step holds a time that the format does not.
    pub fn write_line(&self, line: &mut Vec<u8>) -> Result<(), LineError> {
        if self.now.as_millis() > LARGEST_INTEGER {
            let kind = LineErrorKind::Content("the time of a step above 2^53 - 1 cannot be written".into());
            return Err(LineError::of_field("now", kind));
        }
        let now = self.now;
        let fields: WrittenFields<'_, F> = match &self.event {
            Event::Environment(change) => {
                WrittenFields { now, input: None, output: None, view: None, environment: Some(change) }
            }
            Event::Input(Exchange { input, output, view }) => WrittenFields {
                now,
                input: Some(input),
                output: output.as_ref(),
                view: view.as_ref(),
                environment: None,
            },
        };
        line::write(&fields, line)
    }
}

impl<I, C, O, V> ReadFields<I, C, O, V> {
    fn into_step<F: Family<Input = I, Change = C>>(
        self,
        output_of: impl FnOnce(O) -> Option<F::Output>,
        view_of: impl FnOnce(V) -> Option<F::View>,
    ) -> Result<Step<F>, LineError> {
        let Self { now, input, output, view, environment } = self;
        let event = match (input, environment) {
            (Some(input), None) => {
                Event::Input(Exchange { input, output: output.and_then(output_of), view: view.and_then(view_of) })
            }
            (None, Some(_)) if output.is_some() => {
                return Err(LineError::of_field("output", LineErrorKind::AnswerToEnvironment));
            }
            (None, Some(_)) if view.is_some() => {
                return Err(LineError::of_field("view", LineErrorKind::AnswerToEnvironment));
            }
            (None, Some(change)) => Event::Environment(change),
            (Some(_), Some(_)) => return Err(LineErrorKind::InputAndEnvironment.into()),
            (None, None) => return Err(LineErrorKind::NeitherInputNorEnvironment.into()),
        };
        Ok(Step { now: Time::from_millis(now), event })
    }
}
