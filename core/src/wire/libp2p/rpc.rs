//! The RPC and its parts.

use super::{
    Bounds, Error, Rule,
    protobuf::{Field, Fields},
};

/// An RPC that was checked against the schema and the bounds. It borrows from its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Rpc<'a> {
    pub(super) bounds: Bounds,
    fields: Fields<'a>,
    passed_over: usize,
}

/// A change of the sender's subscriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscription<'a> {
    /// Whether the sender subscribes. Absent means that it unsubscribes.
    pub subscribe: Option<bool>,
    /// The topic. Absent means the empty topic.
    pub topic: Option<&'a str>,
    /// Whether the sender requests partial messages (v1.3).
    pub requests_partial: Option<bool>,
    /// Whether the sender can send partial messages (v1.3).
    pub supports_partial: Option<bool>,
}

/// A message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message<'a> {
    /// The author's id.
    pub from: Option<&'a [u8]>,
    /// The payload.
    pub data: Option<&'a [u8]>,
    /// The author's number of the message.
    pub seqno: Option<&'a [u8]>,
    /// Its topic. Absent means the empty topic.
    pub topic: Option<&'a str>,
    /// The author's signature. Not checked.
    pub signature: Option<&'a [u8]>,
    /// The author's key, if it is not a part of the author's id.
    pub key: Option<&'a [u8]>,
}

/// An announcement of messages.
#[derive(Clone, Copy, Debug)]
pub struct Ihave<'a> {
    /// Their topic. Absent means the empty topic.
    pub topic: Option<&'a str>,
    /// Their ids.
    pub message_ids: MessageIds<'a>,
}

/// A request for messages.
#[derive(Clone, Copy, Debug)]
pub struct Iwant<'a> {
    /// Their ids.
    pub message_ids: MessageIds<'a>,
}

/// The sender put us into its mesh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Graft<'a> {
    /// The topic of the mesh. Absent means the empty topic.
    pub topic: Option<&'a str>,
}

/// The sender removed us from its mesh.
#[derive(Clone, Copy, Debug)]
pub struct Prune<'a> {
    /// The topic of the mesh. Absent means the empty topic.
    pub topic: Option<&'a str>,
    fields: Fields<'a>,
    /// How long we must not graft the sender, in seconds.
    pub backoff: Option<u64>,
}

/// A peer to connect to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerInfo<'a> {
    /// Its id.
    pub peer_id: Option<&'a [u8]>,
    /// Its addresses in an envelope that the peer signed. Not checked.
    pub signed_peer_record: Option<&'a [u8]>,
}

/// Messages that the sender does not want (v1.2).
#[derive(Clone, Copy, Debug)]
pub struct Idontwant<'a> {
    /// Their ids.
    pub message_ids: MessageIds<'a>,
}

/// The extensions that the sender supports (v1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Partial messages.
    pub partial_messages: Option<bool>,
}

/// A partial message (v1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partial<'a> {
    /// Its topic, as bytes.
    pub topic_id: Option<&'a [u8]>,
    /// The group of its parts.
    pub group_id: Option<&'a [u8]>,
    /// The parts.
    pub partial_message: Option<&'a [u8]>,
    /// The parts that the sender has and wants.
    pub parts_metadata: Option<&'a [u8]>,
}

/// Message ids: any bytes.
#[derive(Clone, Copy, Debug)]
pub struct MessageIds<'a> {
    fields: Fields<'a>,
    number: u32,
    count: usize,
}

/// A message that is a part of a checked one.
trait Part<'a>: Sized {
    /// Reads all fields, and those of the messages in them.
    fn read(fields: Fields<'a>, max_topic: usize) -> Result<Self, Error>;
}

/// The occurrences of a repeated message in checked fields.
fn repeated<'a, T: Part<'a>>(fields: Fields<'a>, number: u32) -> impl Iterator<Item = T> {
    // Checked before, so neither fails.
    fields.numbered(number).map_while(|field| T::read(field.message("rpc").ok()?, usize::MAX).ok())
}

mod number {
    pub(super) const SUBSCRIPTIONS: u32 = 1;
    pub(super) const PUBLISH: u32 = 2;
    pub(super) const CONTROL: u32 = 3;
    pub(super) const PARTIAL: u32 = 10;

    pub(super) const IHAVE: u32 = 1;
    pub(super) const IWANT: u32 = 2;
    pub(super) const GRAFT: u32 = 3;
    pub(super) const PRUNE: u32 = 4;
    pub(super) const IDONTWANT: u32 = 5;
    pub(super) const EXTENSIONS: u32 = 6;
}

impl<'a> Rpc<'a> {
    /// Reads an RPC, which must be all of `bytes`. Allocates no memory.
    ///
    /// # Errors
    /// The first field that breaks the schema or a bound.
    pub fn decode(bounds: &Bounds, bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > bounds.max_frame {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            return Err(Error { offset: 0, field: "rpc", rule: Rule::TooLong { length, max: bounds.max_frame } });
        }
        Self::read(bounds, Fields::new(bytes, 0, "rpc"))
    }

    pub(super) fn read(bounds: &Bounds, fields: Fields<'a>) -> Result<Self, Error> {
        let (mut publish, mut subscriptions, mut control_bytes, mut passed_over) = (0, 0, 0, 0);
        let mut rest = fields;
        while let Some(field) = rest.read()? {
            match field.number {
                number::SUBSCRIPTIONS => {
                    at_most(&field, "subscriptions", &mut subscriptions, bounds.max_subscriptions)?;
                    at_most_bytes(&field, "subscriptions", &mut control_bytes, bounds.max_control_bytes)?;
                    Subscription::read(field.message("subscriptions")?, bounds.max_topic)?;
                }
                number::PUBLISH => {
                    at_most(&field, "publish", &mut publish, bounds.max_publish)?;
                    <Message as Part>::read(field.message("publish")?, bounds.max_topic)?;
                }
                number::CONTROL => {
                    at_most_bytes(&field, "control", &mut control_bytes, bounds.max_control_bytes)?;
                    passed_over += check_control(field.message("control")?, bounds.max_topic)?;
                }
                number::PARTIAL => {
                    Partial::read(field.message("partial")?, bounds.max_topic)?;
                    passed_over += 1;
                }
                _ => passed_over += 1,
            }
        }
        Ok(Self { bounds: *bounds, fields, passed_over })
    }

    /// The bytes of the RPC.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.fields.rest()
    }

    /// The subscriptions, in their order.
    pub fn subscriptions(&self) -> impl Iterator<Item = Subscription<'a>> + use<'a> {
        repeated(self.fields, number::SUBSCRIPTIONS)
    }

    /// The messages, in their order.
    pub fn publish(&self) -> impl Iterator<Item = Message<'a>> + use<'a> {
        repeated(self.fields, number::PUBLISH)
    }

    /// The messages as they were encoded. A signature may cover fields that the schema does not have.
    pub fn raw_messages(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.fields.numbered(number::PUBLISH).map_while(|field| field.bytes("publish").ok())
    }

    /// Whether there is a control message. It may be empty.
    #[must_use]
    pub fn has_control(&self) -> bool {
        self.control().next().is_some()
    }

    /// The announcements, in their order.
    pub fn ihave(&self) -> impl Iterator<Item = Ihave<'a>> + use<'a> {
        self.control().flat_map(|control| repeated(control, number::IHAVE))
    }

    /// The requests, in their order.
    pub fn iwant(&self) -> impl Iterator<Item = Iwant<'a>> + use<'a> {
        self.control().flat_map(|control| repeated(control, number::IWANT))
    }

    /// The grafts, in their order.
    pub fn graft(&self) -> impl Iterator<Item = Graft<'a>> + use<'a> {
        self.control().flat_map(|control| repeated(control, number::GRAFT))
    }

    /// The prunes, in their order.
    pub fn prune(&self) -> impl Iterator<Item = Prune<'a>> + use<'a> {
        self.control().flat_map(|control| repeated(control, number::PRUNE))
    }

    /// The messages that are not wanted, in their order.
    pub fn idontwant(&self) -> impl Iterator<Item = Idontwant<'a>> + use<'a> {
        self.control().flat_map(|control| repeated(control, number::IDONTWANT))
    }

    /// The extensions. If they occur twice, they are merged.
    #[must_use]
    pub fn extensions(&self) -> Option<Extensions> {
        self.control().flat_map(|control| repeated::<Extensions>(control, number::EXTENSIONS)).reduce(
            |earlier, later| Extensions { partial_messages: later.partial_messages.or(earlier.partial_messages) },
        )
    }

    /// The partial message. If it occurs twice, both are merged.
    #[must_use]
    pub fn partial(&self) -> Option<Partial<'a>> {
        repeated::<Partial>(self.fields, number::PARTIAL).reduce(|earlier, later| Partial {
            topic_id: later.topic_id.or(earlier.topic_id),
            group_id: later.group_id.or(earlier.group_id),
            partial_message: later.partial_message.or(earlier.partial_message),
            parts_metadata: later.parts_metadata.or(earlier.parts_metadata),
        })
    }

    /// The number of fields of the RPC and its control message that the automaton does not use: `IDontWant`,
    /// extensions, partial messages, and fields that the schema does not have.
    #[must_use]
    pub const fn passed_over(&self) -> usize {
        self.passed_over
    }

    /// The control messages. Several count as one.
    fn control(&self) -> impl Iterator<Item = Fields<'a>> + use<'a> {
        self.fields.numbered(number::CONTROL).map_while(|field| field.message("control").ok())
    }
}

/// Counts one more of a kind with the bound `max`.
fn at_most(field: &Field<'_>, name: &'static str, count: &mut usize, max: usize) -> Result<(), Error> {
    if *count == max {
        return Err(field.fault(name, Rule::TooMany { max }));
    }
    *count += 1;
    Ok(())
}

/// Counts more bytes of a kind with the bound `max`.
fn at_most_bytes(field: &Field<'_>, name: &'static str, count: &mut usize, max: usize) -> Result<(), Error> {
    *count = count.saturating_add(field.size);
    if *count > max {
        let length = u64::try_from(*count).unwrap_or(u64::MAX);
        return Err(field.fault(name, Rule::TooLong { length, max }));
    }
    Ok(())
}

/// Checks a control message. Returns the number of its fields that the automaton does not use.
fn check_control(mut fields: Fields<'_>, max_topic: usize) -> Result<usize, Error> {
    let mut passed_over = 0;
    while let Some(field) = fields.read()? {
        match field.number {
            number::IHAVE => drop(Ihave::read(field.message("control.ihave")?, max_topic)?),
            number::IWANT => drop(Iwant::read(field.message("control.iwant")?, max_topic)?),
            number::GRAFT => drop(Graft::read(field.message("control.graft")?, max_topic)?),
            number::PRUNE => drop(Prune::read(field.message("control.prune")?, max_topic)?),
            number::IDONTWANT => {
                Idontwant::read(field.message("control.idontwant")?, max_topic)?;
                passed_over += 1;
            }
            number::EXTENSIONS => {
                Extensions::read(field.message("control.extensions")?, max_topic)?;
                passed_over += 1;
            }
            _ => passed_over += 1,
        }
    }
    Ok(passed_over)
}

fn topic<'a>(field: &Field<'a>, name: &'static str, max: usize) -> Result<Option<&'a str>, Error> {
    let length = field.bytes(name)?.len();
    if length > max {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        return Err(field.fault(name, Rule::TooLong { length, max }));
    }
    field.string(name).map(Some)
}

impl<'a> Part<'a> for Subscription<'a> {
    fn read(mut fields: Fields<'a>, max_topic: usize) -> Result<Self, Error> {
        let mut part = Self::default();
        while let Some(field) = fields.read()? {
            match field.number {
                1 => part.subscribe = Some(field.bool("subscriptions.subscribe")?),
                2 => part.topic = topic(&field, "subscriptions.topic_id", max_topic)?,
                3 => part.requests_partial = Some(field.bool("subscriptions.requestsPartial")?),
                4 => part.supports_partial = Some(field.bool("subscriptions.supportsPartial")?),
                _ => {}
            }
        }
        Ok(part)
    }
}

impl<'a> Message<'a> {
    /// Reads a single message, such as one of [`Rpc::raw_messages`].
    ///
    /// # Errors
    /// The first field that breaks the schema.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        <Self as Part>::read(Fields::new(bytes, 0, "publish"), usize::MAX)
    }
}

impl<'a> Part<'a> for Message<'a> {
    fn read(mut fields: Fields<'a>, max_topic: usize) -> Result<Self, Error> {
        let mut part = Self::default();
        while let Some(field) = fields.read()? {
            match field.number {
                1 => part.from = Some(field.bytes("publish.from")?),
                2 => part.data = Some(field.bytes("publish.data")?),
                3 => part.seqno = Some(field.bytes("publish.seqno")?),
                4 => part.topic = topic(&field, "publish.topic", max_topic)?,
                5 => part.signature = Some(field.bytes("publish.signature")?),
                6 => part.key = Some(field.bytes("publish.key")?),
                _ => {}
            }
        }
        Ok(part)
    }
}

impl<'a> Part<'a> for Ihave<'a> {
    fn read(mut fields: Fields<'a>, max_topic: usize) -> Result<Self, Error> {
        let mut part = Self { topic: None, message_ids: MessageIds { fields, number: 2, count: 0 } };
        while let Some(field) = fields.read()? {
            match field.number {
                1 => part.topic = topic(&field, "control.ihave.topic_id", max_topic)?,
                2 => part.message_ids.count(&field, "control.ihave.message_ids")?,
                _ => {}
            }
        }
        Ok(part)
    }
}

impl<'a> Part<'a> for Iwant<'a> {
    fn read(fields: Fields<'a>, _: usize) -> Result<Self, Error> {
        Ok(Self { message_ids: MessageIds::read(fields, "control.iwant.message_ids")? })
    }
}

impl<'a> Part<'a> for Idontwant<'a> {
    fn read(fields: Fields<'a>, _: usize) -> Result<Self, Error> {
        Ok(Self { message_ids: MessageIds::read(fields, "control.idontwant.message_ids")? })
    }
}

impl<'a> Part<'a> for Graft<'a> {
    fn read(mut fields: Fields<'a>, max_topic: usize) -> Result<Self, Error> {
        let mut part = Self::default();
        while let Some(field) = fields.read()? {
            if field.number == 1 {
                part.topic = topic(&field, "control.graft.topic_id", max_topic)?;
            }
        }
        Ok(part)
    }
}

impl<'a> Part<'a> for Prune<'a> {
    fn read(mut fields: Fields<'a>, max_topic: usize) -> Result<Self, Error> {
        let mut part = Self { topic: None, fields, backoff: None };
        while let Some(field) = fields.read()? {
            match field.number {
                1 => part.topic = topic(&field, "control.prune.topic_id", max_topic)?,
                2 => drop(PeerInfo::read(field.message("control.prune.peers")?, max_topic)?),
                3 => part.backoff = Some(field.varint("control.prune.backoff")?),
                _ => {}
            }
        }
        Ok(part)
    }
}

impl<'a> Prune<'a> {
    /// The peers to connect to instead, in their order.
    pub fn peers(&self) -> impl Iterator<Item = PeerInfo<'a>> + use<'a> {
        repeated(self.fields, 2)
    }
}

impl<'a> Part<'a> for PeerInfo<'a> {
    fn read(mut fields: Fields<'a>, _: usize) -> Result<Self, Error> {
        let mut part = Self::default();
        while let Some(field) = fields.read()? {
            match field.number {
                1 => part.peer_id = Some(field.bytes("control.prune.peers.peer_id")?),
                2 => part.signed_peer_record = Some(field.bytes("control.prune.peers.signed_peer_record")?),
                _ => {}
            }
        }
        Ok(part)
    }
}

impl<'a> Part<'a> for Extensions {
    fn read(mut fields: Fields<'a>, _: usize) -> Result<Self, Error> {
        let mut part = Self::default();
        while let Some(field) = fields.read()? {
            if field.number == 10 {
                part.partial_messages = Some(field.bool("control.extensions.partialMessages")?);
            }
        }
        Ok(part)
    }
}

impl<'a> Part<'a> for Partial<'a> {
    fn read(mut fields: Fields<'a>, _: usize) -> Result<Self, Error> {
        let mut part = Self::default();
        while let Some(field) = fields.read()? {
            match field.number {
                1 => part.topic_id = Some(field.bytes("partial.topicID")?),
                2 => part.group_id = Some(field.bytes("partial.groupID")?),
                3 => part.partial_message = Some(field.bytes("partial.partialMessage")?),
                4 => part.parts_metadata = Some(field.bytes("partial.partsMetadata")?),
                _ => {}
            }
        }
        Ok(part)
    }
}

impl<'a> MessageIds<'a> {
    /// Reads a message that has only ids, in field 1.
    fn read(mut fields: Fields<'a>, name: &'static str) -> Result<Self, Error> {
        let mut ids = Self { fields, number: 1, count: 0 };
        while let Some(field) = fields.read()? {
            if field.number == 1 {
                ids.count(&field, name)?;
            }
        }
        Ok(ids)
    }

    fn count(&mut self, field: &Field<'a>, name: &'static str) -> Result<(), Error> {
        field.bytes(name)?;
        self.count += 1;
        Ok(())
    }

    /// The number of ids.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no ids.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The ids in their order. An id may be repeated.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.fields.numbered(self.number).map_while(|field| field.bytes("message_ids").ok())
    }
}
