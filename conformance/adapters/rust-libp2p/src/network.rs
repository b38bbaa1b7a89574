//! A network in memory: connections are made by the driver, streams are byte buffers, nothing runs by itself.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use futures::future::{Ready, ready};
use futures::io::{AsyncRead, AsyncWrite};
use libp2p_core::multiaddr::Protocol;
use libp2p_core::muxing::{StreamMuxer, StreamMuxerBox, StreamMuxerEvent};
use libp2p_core::transport::{DialOpts, ListenerId, TransportError, TransportEvent};
use libp2p_core::{Multiaddr, PeerId, Transport};

/// State that the node and the driver share. Both run in one thread; the node asks for types that could be sent.
#[derive(Debug, Default)]
struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().expect("a panic ends the node and its driver together")
    }
}

/// The task to wake when something arrives.
#[derive(Debug, Default)]
struct Alarm(Option<Waker>);

impl Alarm {
    fn set(&mut self, context: &Context<'_>) {
        self.0 = Some(context.waker().clone());
    }

    fn ring(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }
}

#[derive(Debug, Default)]
struct StreamState {
    to_node: VecDeque<u8>,
    from_node: Vec<u8>,
    alarm: Alarm,
}

/// A stream of bytes in both directions between the node and a peer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream(Shared<StreamState>);

impl Stream {
    /// The peer writes.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut state = self.0.lock();
        state.to_node.extend(bytes);
        state.alarm.ring();
    }

    /// Whether the node has dropped its end.
    pub(crate) fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.0.0) == 1
    }

    /// The peer reads all that the node has written.
    pub(crate) fn read(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().from_node)
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut state = self.0.lock();
        if state.to_node.is_empty() {
            state.alarm.set(context);
            return Poll::Pending;
        }
        Poll::Ready(state.to_node.read(buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().from_node.extend(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[derive(Debug, Default)]
struct ConnectionState {
    opened_by_peer: VecDeque<Stream>,
    opened_by_node: Vec<Stream>,
    is_reset: bool,
    alarm: Alarm,
}

/// A connection of the node with a peer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Shared<ConnectionState>);

impl Connection {
    /// The peer opens a stream.
    pub(crate) fn open_stream(&self) -> Stream {
        let stream = Stream::default();
        let mut state = self.0.lock();
        state.opened_by_peer.push_back(stream.clone());
        state.alarm.ring();
        stream
    }

    /// The streams that the node has opened since the last call.
    pub(crate) fn take_opened(&self) -> Vec<Stream> {
        std::mem::take(&mut self.0.lock().opened_by_node)
    }

    /// The connection breaks.
    pub(crate) fn reset(&self) {
        let mut state = self.0.lock();
        state.is_reset = true;
        state.alarm.ring();
    }
}

impl StreamMuxer for Connection {
    type Substream = Stream;
    type Error = io::Error;

    fn poll_inbound(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        let mut state = self.0.lock();
        if let Some(stream) = state.opened_by_peer.pop_front() {
            return Poll::Ready(Ok(stream));
        }
        state.alarm.set(context);
        Poll::Pending
    }

    fn poll_outbound(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        let stream = Stream::default();
        self.0.lock().opened_by_node.push(stream.clone());
        Poll::Ready(Ok(stream))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        let mut state = self.0.lock();
        if state.is_reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        state.alarm.set(context);
        Poll::Pending
    }
}

type Upgraded = (PeerId, StreamMuxerBox);

#[derive(Debug, Default)]
struct NetworkState {
    listener: Option<ListenerId>,
    is_announced: bool,
    incoming: VecDeque<(PeerId, Connection, Multiaddr)>,
    dialable: HashMap<Multiaddr, (PeerId, Connection)>,
    alarm: Alarm,
}

/// The node's transport. A dial succeeds only if the driver has allowed it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network(Shared<NetworkState>);

impl Network {
    /// The address of the node.
    pub(crate) fn local_address() -> Multiaddr {
        address(u64::MAX)
    }

    /// The peer connects to the node.
    pub(crate) fn connect_from(&self, peer: PeerId, address: Multiaddr) -> Connection {
        let connection = Connection::default();
        let mut state = self.0.lock();
        state.incoming.push_back((peer, connection.clone(), address));
        state.alarm.ring();
        connection
    }

    /// Lets the node's next dial of `address` succeed.
    pub(crate) fn allow_dial(&self, peer: PeerId, address: Multiaddr) -> Connection {
        let connection = Connection::default();
        self.0.lock().dialable.insert(address, (peer, connection.clone()));
        connection
    }
}

/// The address of a host with this number: a unique local one of IPv6, which has room for every number.
pub(crate) fn address(host: u64) -> Multiaddr {
    let ip = (0xfd00_u128 << 112) | u128::from(host);
    Multiaddr::empty().with(Protocol::Ip6(ip.into())).with(Protocol::Tcp(4001))
}

impl Transport for Network {
    type Output = Upgraded;
    type Error = io::Error;
    type ListenerUpgrade = Ready<io::Result<Upgraded>>;
    type Dial = Ready<io::Result<Upgraded>>;

    fn listen_on(&mut self, id: ListenerId, _: Multiaddr) -> Result<(), TransportError<io::Error>> {
        self.0.lock().listener = Some(id);
        Ok(())
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        let mut state = self.0.lock();
        let is_known = state.listener == Some(id);
        if is_known {
            state.listener = None;
        }
        is_known
    }

    fn dial(&mut self, dialled: Multiaddr, _: DialOpts) -> Result<Self::Dial, TransportError<io::Error>> {
        // The swarm appends the id of the peer that it expects.
        let address = dialled.into_iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect();
        let connection = self.0.lock().dialable.remove(&address);
        Ok(ready(match connection {
            Some((peer, connection)) => Ok((peer, StreamMuxerBox::new(connection))),
            None => Err(io::ErrorKind::ConnectionRefused.into()),
        }))
    }

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<TransportEvent<Self::ListenerUpgrade, io::Error>> {
        let mut state = self.0.lock();
        let Some(listener_id) = state.listener else { return Poll::Pending };
        if !state.is_announced {
            state.is_announced = true;
            return Poll::Ready(TransportEvent::NewAddress { listener_id, listen_addr: Self::local_address() });
        }
        let Some((peer, connection, send_back_addr)) = state.incoming.pop_front() else {
            state.alarm.set(context);
            return Poll::Pending;
        };
        Poll::Ready(TransportEvent::Incoming {
            listener_id,
            upgrade: ready(Ok((peer, StreamMuxerBox::new(connection)))),
            local_addr: Self::local_address(),
            send_back_addr,
        })
    }
}
