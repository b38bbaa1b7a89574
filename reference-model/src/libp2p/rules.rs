//! The rules of the page, each with its name and its sentence.

use crate::Rule;

macro_rules! rules {
    ($($id:ident = $name:literal, $sentence:literal;)*) => {
        #[expect(non_camel_case_types, reason = "the names are those of the constants")]
        enum Index {
            $($id,)*
        }

        $(
            #[doc = concat!("The rule ", $name, " of the page.")]
            pub static $id: Rule = Rule { index: Index::$id as usize, name: $name, sentence: $sentence };
        )*

        /// Every rule, in the order of the page.
        pub static RULES: &[&Rule] = &[$(&$id,)*];
    };
}

rules! {
    CONNECT_1 = "connect (1)", "Every joined topic is announced to the peer.";
    DISCONNECT_1 = "disconnect (1)", "The peer leaves every mesh and every fanout.";

    RPC_1 = "rpc (1)", "If the peer is not direct and its score is below `graylist_threshold`, the RPC is ignored.";

    SUBSCRIBE_1 = "subscribe (1)", "The topic joins the topics of the peer, up to `subscription_limit`.";
    SUBSCRIBE_2 = "subscribe (2)", "With `graft_on_subscribe` `below D_low`, the peer is grafted if the topic is joined, the mesh has fewer than `D_low` members, and the peer speaks gossipsub, is not direct, not a member, not backed off and has a score of 0 or more.";
    UNSUBSCRIBE_1 = "unsubscribe (1)", "The topic leaves the topics of the peer, which stays in meshes and fanouts.";

    MESSAGE_1 = "message (1)", "If the topic is not joined, the message is treated as `unjoined_message` says.";
    MESSAGE_2 = "message (2)", "If the message counts as seen, its sender is a sender of a duplicate, and nothing else happens.";
    MESSAGE_3 = "message (3)", "The members of the mesh that speak gossipsub v1.2 get an IDONTWANT, except the sender; with `idontwant_to` `mesh and who promised it`, so do the peers that promised the message.";
    MESSAGE_4 = "message (4)", "The message counts as seen, all its promises are kept, and, if the topic is joined, the application gets it.";
    MESSAGE_5 = "message (5)", "With validation `automatic`, the message is accepted.";

    VALIDATED_1 = "validated (1)", "If the message awaits no verdict, nothing happens; with `late_verdict` `needs the cached message`, if it is not cached.";
    VALIDATED_2 = "validated (2)", "An ignored message goes no further.";
    VALIDATED_3 = "validated (3)", "A rejected message counts as invalid for its sender and for the senders of its duplicates.";
    VALIDATED_4 = "validated (4)", "An accepted message counts as delivered by its sender, is cached and forwarded.";

    FORWARD_1 = "forward (1)", "A message goes to the direct peers that announced its topic.";
    FORWARD_2 = "forward (2)", "A message goes to the floodsub peers that announced its topic and have a score of `publish_threshold` or more.";
    FORWARD_3 = "forward (3)", "A message goes to the members of the mesh.";
    FORWARD_4 = "forward (4)", "A message does not go back to its sender; with `duplicate_senders` `left out`, to no peer that sent a copy.";
    FORWARD_5 = "forward (5)", "A message does not go to a peer that sent an IDONTWANT for it, as `idontwant_scope` says.";
    FORWARD_6 = "forward (6)", "With `forward_after_leave` `fanout`, a message whose topic was left goes to the fanout.";

    PUBLISH_1 = "publish (1)", "If the message counts as seen, the call is refused.";
    PUBLISH_2 = "publish (2)", "With `flood_publish`, the message goes to the direct peers that announced the topic, and to every peer that announced it and has a score of `publish_threshold` or more.";
    PUBLISH_3 = "publish (3)", "Without `flood_publish`, the message goes to the direct peers that announced the topic.";
    PUBLISH_4 = "publish (4)", "Without `flood_publish`, the message goes to the floodsub peers that announced the topic and have a score of `publish_threshold` or more.";
    PUBLISH_5 = "publish (5)", "If the topic is joined, the message goes to the members of the mesh with a score of `publish_threshold` or more.";
    PUBLISH_6 = "publish (6)", "With `publish_extra`, the message also goes to other gossipsub peers that announced the topic, are not direct and have a score of `publish_threshold` or more, up to D recipients.";
    PUBLISH_7 = "publish (7)", "If the topic is not joined and the fanout is empty, D gossipsub peers that announced the topic, are not direct and have a score of `publish_threshold` or more become the fanout; with `fanout_direct` `included when new`, direct peers may, too.";
    PUBLISH_8 = "publish (8)", "If the topic is not joined, the message goes to the members of the fanout with a score of `publish_threshold` or more.";
    PUBLISH_9 = "publish (9)", "The time of the last publish is noted, unless no peer announced the topic.";
    PUBLISH_10 = "publish (10)", "Members of the mesh or the fanout that sent an IDONTWANT for the message are left out; with `idontwant_scope` `forwarded messages`, none is.";
    PUBLISH_11 = "publish (11)", "With `publish_no_peer` `refused`, a message without recipients is refused, and nothing else happens.";
    PUBLISH_12 = "publish (12)", "The message counts as seen, all its promises are kept, and it is cached.";

    JOIN_1 = "join (1)", "If the topic is joined already, nothing happens.";
    JOIN_2 = "join (2)", "The topic is announced to every connected peer.";
    JOIN_3 = "join (3)", "The members of the fanout that are not direct, not backed off and have a score of 0 or more move to the mesh, and the fanout goes.";
    JOIN_4 = "join (4)", "If those are fewer than D, the missing number is chosen of the gossipsub peers that announced the topic, are not direct, not members, not backed off and have a score of 0 or more.";
    JOIN_5 = "join (5)", "Each member of the new mesh gets a GRAFT.";

    LEAVE_1 = "leave (1)", "If the topic is not joined, nothing happens.";
    LEAVE_2 = "leave (2)", "That the topic is left is announced to every connected peer.";
    LEAVE_3 = "leave (3)", "Each member of the mesh gets a PRUNE with `unsubscribe_backoff`, and is backed off for it.";
    LEAVE_4 = "leave (4)", "With `do_px`, the PRUNE to a member with a score of 0 or more carries peers.";

    PX_1 = "px (1)", "A PRUNE to a peer of gossipsub v1.0 has neither a backoff nor peers; one to a floodsub peer is as `prune_floodsub` says.";
    PX_2 = "px (2)", "The peers of a PRUNE are `px_peers` of the gossipsub peers that announced the topic and have a score of 0 or more, without the pruned peer.";

    IHAVE_1 = "ihave (1)", "If the score of the peer is below `gossip_threshold`, its IHAVE are ignored and not counted.";
    IHAVE_2 = "ihave (2)", "If the peer sent more than `max_ihave_messages` RPCs with IHAVE since the last heartbeat, its IHAVE are ignored.";
    IHAVE_3 = "ihave (3)", "If `max_ihave_length` ids were requested from the peer since the last heartbeat, its IHAVE are ignored.";
    IHAVE_4 = "ihave (4)", "The ids of joined topics that do not count as seen are wanted.";
    IHAVE_5 = "ihave (5)", "If no id is wanted, nothing happens.";
    IHAVE_6 = "ihave (6)", "The wanted ids are requested, or as many of them as `max_ihave_length` still allows.";
    IHAVE_7 = "ihave (7)", "The peer promises one of the requested ids for `iwant_followup_time`, if it has not promised it; with promise `all`, each of them.";

    IWANT_1 = "iwant (1)", "If the score of the peer is below `gossip_threshold`, its IWANT are ignored.";
    IWANT_2 = "iwant (2)", "If the peer sent more RPCs with IWANT since the last heartbeat than `iwant_limit` says, its IWANT are ignored.";
    IWANT_3 = "iwant (3)", "An id that the peer does not want is skipped; with `iwant_unwanted` `counted`, the request counts for (5).";
    IWANT_4 = "iwant (4)", "An id that is not cached is skipped.";
    IWANT_5 = "iwant (5)", "An id that the peer requested more than `gossip_retransmission` times is skipped.";
    IWANT_6 = "iwant (6)", "Each other message goes to the peer, once or as `iwant_repeat` says.";

    GRAFT_1 = "graft (1)", "If the topic is not joined, the GRAFT is ignored, and no PRUNE of this RPC carries peers.";
    GRAFT_2 = "graft (2)", "If the peer is in the mesh, nothing happens.";
    GRAFT_3 = "graft (3)", "If the peer is direct, it is pruned, with `graft_direct` `prune and back off` also backed off, and no PRUNE of this RPC carries peers.";
    GRAFT_4 = "graft (4)", "If the backoff of the peer has not ended, the peer gets a penalty, is backed off and pruned, and no PRUNE of this RPC carries peers.";
    GRAFT_5 = "graft (5)", "If, in addition, the backoff was set less than `graft_flood_threshold` ago, the peer gets a second penalty.";
    GRAFT_6 = "graft (6)", "If the score of the peer is below 0, it is backed off and pruned, and no PRUNE of this RPC carries peers.";
    GRAFT_7 = "graft (7)", "If the mesh has `D_high` members or more and the peer is not outbound, it is backed off and pruned.";
    GRAFT_8 = "graft (8)", "In any other case the peer joins the mesh.";
    GRAFT_9 = "graft (9)", "Each PRUNE has `prune_backoff` and, with `do_px`, peers.";

    PRUNE_1 = "prune (1)", "If the topic is not joined, the PRUNE is ignored.";
    PRUNE_2 = "prune (2)", "The peer leaves the mesh.";
    PRUNE_3 = "prune (3)", "The peer is backed off for the backoff of the PRUNE, or for `prune_backoff` if it has none or, with `prune_zero` `prune_backoff`, one of 0.";
    PRUNE_4 = "prune (4)", "If the PRUNE carries peers and the score of the sender is `accept_px_threshold` or more, `px_peers` of them are dialled, except those that are connected.";

    IDONTWANT_1 = "idontwant (1)", "IDONTWANT beyond the limit of `idontwant_life` are ignored.";
    IDONTWANT_2 = "idontwant (2)", "The peer does not want the ids, as long as `idontwant_life` says.";

    APPLICATION_SCORE_1 = "set_application_score (1)", "P5 of the peer is the given number from now on.";

    DIRECT_1 = "direct (1)", "With `direct_dial` `300 heartbeats, and at 900 ms`, each direct peer that is not connected is dialled at 900 ms.";

    HEARTBEAT_1 = "heartbeat (1)", "Backoffs are removed as `backoff_clear` says.";
    HEARTBEAT_2 = "heartbeat (2)", "The counts of IHAVE, of requested ids and of IDONTWANT start again, and old IDONTWANT are forgotten.";
    HEARTBEAT_3 = "heartbeat (3)", "A promise that ended before now goes, and the peer gets a penalty for it.";
    HEARTBEAT_4 = "heartbeat (4)", "At every 300th heartbeat each direct peer that is not connected is dialled.";
    HEARTBEAT_5 = "heartbeat (5)", "Every grafted peer gets a GRAFT.";
    HEARTBEAT_6 = "heartbeat (6)", "Every pruned peer gets a PRUNE with `prune_backoff` and, with `do_px`, peers, unless it was pruned for its score.";
    HEARTBEAT_7 = "heartbeat (7)", "The cache shifts by one slot.";

    MESH_1 = "mesh (1)", "Members with a score below 0 are pruned.";
    MESH_2 = "mesh (2)", "If the mesh has fewer than `D_low` members, it is filled up to D.";
    MESH_3 = "mesh (3)", "If the mesh has more than `D_high` members, it is pruned to D: the `D_score` best stay, the others are chosen at random, and `D_out` outbound members stay if there are as many.";
    MESH_4 = "mesh (4)", "If the mesh has `D_low` members or more and fewer than `D_out` of them are outbound, the missing number of outbound peers is grafted.";
    MESH_5 = "mesh (5)", "At every `opportunistic_graft_ticks`-th heartbeat, if the mesh has more than one member and the median of their scores is below `opportunistic_graft_threshold`, `opportunistic_graft_peers` peers with a score above the median are grafted.";

    FANOUT_1 = "fanout (1)", "A fanout goes if the last publish in its topic was more than `fanout_ttl` ago.";
    FANOUT_2 = "fanout (2)", "Members that have not announced the topic or have a score below `publish_threshold` leave the fanout.";
    FANOUT_3 = "fanout (3)", "If the fanout has fewer than D members, it is filled up with gossipsub peers that announced the topic, are not direct and have a score of `publish_threshold` or more.";

    GOSSIP_1 = "gossip (1)", "The ids of the newest `history_gossip` slots are advertised in each joined topic and each fanout; if there are none, nothing is.";
    GOSSIP_2 = "gossip (2)", "They go to `D_lazy`, or `gossip_factor` of the number if that is more, of the gossipsub peers that announced the topic, are neither members nor direct and have a score of `gossip_threshold` or more.";
    GOSSIP_3 = "gossip (3)", "Each of them gets all ids, or `max_ihave_length` of them.";

    SCORE_1 = "score (1)", "P1: a member of the mesh scores the time in the mesh in quanta, up to `time_in_mesh_cap`, times its weight.";
    SCORE_2 = "score (2)", "P2: the first deliveries times their weight.";
    SCORE_3 = "score (3)", "P3: the square of what is missing to `mesh_message_deliveries_threshold` times its weight, for a member of the mesh longer than the activation.";
    SCORE_4 = "score (4)", "P3b: the failure penalties times their weight.";
    SCORE_5 = "score (5)", "P4: the square of the invalid messages times its weight.";
    SCORE_6 = "score (6)", "The sum over all topics is at most `topic_score_cap`, unless that is 0.";
    SCORE_7 = "score (7)", "P5: what the application says times its weight.";
    SCORE_8 = "score (8)", "P6: the square of the number of peers above the threshold that share an address times its weight.";
    SCORE_9 = "score (9)", "P7: the square of the penalties above the threshold times its weight.";
    SCORE_10 = "score (10)", "A graft starts the time in the mesh, and P3 is inactive.";
    SCORE_11 = "score (11)", "A prune of a member with an active deficit adds its square to the failure penalties.";
    SCORE_12 = "score (12)", "The first deliverer of a message counts a first delivery, and a mesh delivery if it is in the mesh.";
    SCORE_13 = "score (13)", "A peer in the mesh that sent a duplicate before the verdict, or within the window after it, counts a mesh delivery.";
    SCORE_14 = "score (14)", "A peer that sent an invalid message counts it.";
    SCORE_15 = "score (15)", "Every `decay_interval` each counter is multiplied by its decay, and is 0 below `decay_to_zero`.";
    SCORE_16 = "score (16)", "P3 becomes active at a decay, when the peer has been in the mesh for longer than the activation.";
    SCORE_17 = "score (17)", "The record of a peer that disconnects goes at once if its score is above 0; otherwise its first deliveries are 0, and it is pruned from every mesh.";
    SCORE_18 = "score (18)", "The record of a disconnected peer goes at the first decay after `retain_score`.";

    ANSWER_1 = "answer (1)", "No input makes the router crash.";
    ANSWER_2 = "answer (2)", "Nothing is sent, delivered or dialled that no rule asks for.";
    ANSWER_3 = "answer (3)", "The router closes no connection.";
    ANSWER_4 = "answer (4)", "A step that cannot come next changes nothing.";

    VIEW_1 = "view (1)", "The shown meshes are those of the joined topics.";
    VIEW_2 = "view (2)", "The shown fanouts are possible ones.";
    VIEW_3 = "view (3)", "The shown topics of peers are what they announced.";
    VIEW_4 = "view (4)", "The shown scores are exact, up to the order in which topics are summed.";
}
