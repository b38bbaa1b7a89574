# The score of a peer that disconnects is not retained.
scorer = score.PeerScorer(score.ScoreParams(p5_behavior_penalty_weight=1.0))
scorer.penalize_behavior(peer_id(1), 10.0)
assert scorer.score(peer_id(1), ["t"]) == -10.0
scorer.remove_peer(peer_id(1))  # as `GossipSub.remove_peer` does when a peer disconnects
assert scorer.score(peer_id(1), ["t"]) == 0.0  # -10.0, as long as the score is retained
