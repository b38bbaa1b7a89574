//! How fast messages are decoded, beside the libraries that are the tests' oracles.
//!
//! `cargo bench -p gossipsub-automaton --features dal,libp2p --bench wire`

#[path = "../../conformance/src/fuzzing/oracle/dal.rs"]
mod dal_oracle;
#[path = "../../conformance/src/fuzzing/oracle/libp2p.rs"]
mod libp2p_oracle;

fn main() {
    divan::main();
}

/// The automaton's messages of the data-availability layers.
mod dal {
    use super::dal_oracle;
    use divan::{Bencher, black_box, counter::BytesCount};
    use gossipsub_automaton::wire::dal::{
        Curve, Message, MessageId, MessageView, PeerId, Profile, PublicKeyHash, StreamDecoder, Topic,
    };

    /// Names of the two messages that are measured.
    const MESSAGES: [&str; 2] = ["ihave of 500 ids", "message of 64 scalars"];

    fn encoded(name: &str) -> Vec<u8> {
        let pkh = PublicKeyHash { curve: Curve::Bls, hash: [7; 20] };
        let topic = Topic { slot_index: 3, pkh };
        let id = |shard_index| MessageId { level: 1_234_567, slot_index: 3, commitment: [9; 48], shard_index, pkh };
        let message = if name == MESSAGES[0] {
            Message::Ihave { topic, message_ids: (0..500).map(id).collect() }
        } else {
            Message::MessageWithHeader { share: vec![[5; 32]; 64], shard_proof: [8; 48], topic, message_id: id(0) }
        };
        let mut out = Vec::new();
        message.encode(Profile::OCTEZ, &mut out).unwrap();
        out
    }

    fn bench<T>(bencher: Bencher<'_, '_>, name: &str, decode: impl Fn(&[u8]) -> T + Sync) {
        let bytes = encoded(name);
        bencher.counter(BytesCount::of_slice(&bytes)).bench(|| decode(black_box(&bytes)));
    }

    #[divan::bench(args = MESSAGES)]
    fn view(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| black_box(MessageView::decode(Profile::OCTEZ, bytes)).is_ok());
    }

    #[divan::bench(args = MESSAGES)]
    fn value(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| MessageView::decode(Profile::OCTEZ, bytes).unwrap().to_message());
    }

    #[divan::bench(args = MESSAGES)]
    fn input(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| MessageView::decode(Profile::OCTEZ, bytes).unwrap().to_input(PeerId([1; 16])));
    }

    #[divan::bench(args = MESSAGES)]
    fn framed_in_a_stream(bencher: Bencher<'_, '_>, name: &str) {
        let message = encoded(name);
        let mut framed = u32::try_from(message.len() + 1).unwrap().to_be_bytes().to_vec();
        framed.push(0);
        framed.extend_from_slice(&message);
        let mut decoder = StreamDecoder::new(Profile::OCTEZ);
        bencher.counter(BytesCount::of_slice(&framed)).bench_local(move || {
            let mut chunk = black_box(&framed[..]);
            black_box(decoder.decode(&mut chunk)).is_ok()
        });
    }

    #[divan::bench(args = MESSAGES)]
    fn tezos_data_encoding(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| dal_oracle::decode(bytes).unwrap());
    }
}

/// The RPC of libp2p.
mod libp2p {
    use super::libp2p_oracle as oracle;
    use divan::{Bencher, black_box, counter::BytesCount};
    use gossipsub_automaton::{
        Span,
        wire::libp2p::{Bounds, PeerId, Rpc, message_id_of_author},
    };
    use prost::Message as _;

    /// Names of the three RPCs that are measured.
    const RPCS: [&str; 3] = ["ihave of 500 ids", "4 messages of 8 KB", "8 grafts"];

    fn encoded(name: &str) -> Vec<u8> {
        let topic = Some("blocks".to_owned());
        let mut rpc = oracle::Rpc::default();
        if name == RPCS[0] {
            let ihave = oracle::Ihave { topic_id: topic, message_ids: vec![vec![7; 20]; 500] };
            rpc.control = Some(oracle::Control { ihave: vec![ihave], ..Default::default() });
        } else if name == RPCS[1] {
            let (from, seqno, data) = (Some(vec![1; 38]), Some(vec![2; 8]), Some(vec![3; 8192]));
            rpc.publish = vec![oracle::Message { from, data, seqno, topic, ..Default::default() }; 4];
        } else {
            let graft = vec![oracle::Graft { topic_id: topic }; 8];
            rpc.control = Some(oracle::Control { graft, ..Default::default() });
        }
        rpc.encode_to_vec()
    }

    fn bench<T>(bencher: Bencher<'_, '_>, name: &str, decode: impl Fn(&[u8]) -> T + Sync) {
        let bytes = encoded(name);
        bencher.counter(BytesCount::of_slice(&bytes)).bench(|| decode(black_box(&bytes)));
    }

    #[divan::bench(args = RPCS)]
    fn view(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| black_box(Rpc::decode(&Bounds::RUST, bytes)).is_ok());
    }

    #[divan::bench(args = RPCS)]
    fn view_and_walk(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| {
            let rpc = Rpc::decode(&Bounds::RUST, bytes).unwrap();
            let ids = rpc.ihave().flat_map(|ihave| ihave.message_ids.iter()).map(<[u8]>::len);
            let messages = rpc.publish().filter_map(|message| message.data).map(<[u8]>::len);
            ids.chain(messages).sum::<usize>() + rpc.graft().count()
        });
    }

    #[divan::bench(args = RPCS)]
    fn inputs(bencher: Bencher<'_, '_>, name: &str) {
        let sender = PeerId([1; 38].into());
        bench(bencher, name, |bytes| {
            Rpc::decode(&Bounds::RUST, bytes).unwrap().inputs(
                &sender,
                Span::ZERO,
                &mut message_id_of_author,
                |input| drop(black_box(input)),
            );
        });
    }

    #[divan::bench(args = RPCS)]
    fn prost(bencher: Bencher<'_, '_>, name: &str) {
        bench(bencher, name, |bytes| oracle::Rpc::decode(bytes).unwrap());
    }
}
