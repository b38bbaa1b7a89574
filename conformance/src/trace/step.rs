//! The other lines of a trace: inputs with their answers, and changes of the environment.

use super::{EnvironmentChange, Fault, LineError, line};
use gossipsub_automaton::{
    Input, LARGEST_INTEGER, Output, PartialView, Time, trace_format::strict, trace_ids::TraceIds,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

/// One step of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it happens. Never before the step before it.
    pub now: Time,
    /// What happens.
    pub event: Event,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all steps are inputs")]
pub enum Event {
    /// The application will answer otherwise.
    Environment(EnvironmentChange),
    /// The automaton is asked.
    Input(Exchange),
}

/// What the automaton is asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The input or query.
    pub input: Input<TraceIds>,
    /// The answer; none in a script.
    pub output: Option<Output<TraceIds>>,
    /// What is known of the state after it.
    pub view: Option<PartialView<TraceIds>>,
}

/// The fields of a line, with what is to be read of an output and a view.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "O: DeserializeOwned, V: DeserializeOwned")]
struct ReadFields<O, V> {
    #[serde(deserialize_with = "strict")]
    now: u64,
    #[serde(default, deserialize_with = "there")]
    input: Option<Input<TraceIds>>,
    #[serde(default, deserialize_with = "there")]
    output: Option<O>,
    #[serde(default, deserialize_with = "there")]
    view: Option<V>,
    #[serde(default, deserialize_with = "there")]
    environment: Option<EnvironmentChange>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Shown(#[serde(deserialize_with = "strict")] PartialView<TraceIds>);

#[derive(Serialize)]
struct WrittenFields<'a> {
    now: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a Input<TraceIds>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a Output<TraceIds>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<&'a PartialView<TraceIds>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a EnvironmentChange>,
}

/// Reads an optional field that is there, so that `null` is not taken for an absent field.
pub(crate) fn there<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Step {
    /// Reads a step from its line.
    ///
    /// # Errors
    /// Where the line is not a step.
    pub fn from_line(line: &str) -> Result<Self, LineError> {
        let fields: ReadFields<Output<TraceIds>, Shown> = line::parse(line)?;
        fields.into_step(Some, |Shown(view)| Some(view))
    }

    /// Reads a step from its line, without looking into its output and view: the step has neither.
    ///
    /// # Errors
    /// Where the line is not a step.
    pub fn from_line_of_script(line: &str) -> Result<Self, LineError> {
        let fields: ReadFields<IgnoredAny, IgnoredAny> = line::parse(line)?;
        fields.into_step(|_| None, |_| None)
    }

    /// Appends the step's line to `line`, with its end.
    ///
    /// # Errors
    /// Where the step holds a time that the format does not.
    pub fn write_line(&self, line: &mut Vec<u8>) -> Result<(), LineError> {
        if self.now.as_millis() > LARGEST_INTEGER {
            let fault = Fault::Content("the time of a step above 2^53 - 1 cannot be written".into());
            return Err(LineError::of_field("now", fault));
        }
        let now = self.now;
        let fields = match &self.event {
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

impl<O, V> ReadFields<O, V> {
    fn into_step(
        self,
        output_of: impl FnOnce(O) -> Option<Output<TraceIds>>,
        view_of: impl FnOnce(V) -> Option<PartialView<TraceIds>>,
    ) -> Result<Step, LineError> {
        let Self { now, input, output, view, environment } = self;
        let event = match (input, environment) {
            (Some(input), None) => {
                Event::Input(Exchange { input, output: output.and_then(output_of), view: view.and_then(view_of) })
            }
            (None, Some(_)) if output.is_some() => {
                return Err(LineError::of_field("output", Fault::AnswerToEnvironment));
            }
            (None, Some(_)) if view.is_some() => return Err(LineError::of_field("view", Fault::AnswerToEnvironment)),
            (None, Some(change)) => Event::Environment(change),
            (Some(_), Some(_)) => return Err(Fault::InputAndEnvironment.into()),
            (None, None) => return Err(Fault::NeitherInputNorEnvironment.into()),
        };
        Ok(Step { now: Time::from_millis(now), event })
    }
}
