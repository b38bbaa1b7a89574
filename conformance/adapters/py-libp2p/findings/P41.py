# Invalid messages and penalties count once, and not squared.
weights = score.TopicScoreParams(weight=1.0, cap=100.0)
scorer = score.PeerScorer(score.ScoreParams(p4_invalid_messages=weights, p5_behavior_penalty_weight=1.0))
for _ in range(3): scorer.on_invalid_message(peer_id(1), "t")
assert scorer.score(peer_id(1), ["t"]) == -3.0  # -9.0
for _ in range(3): scorer.penalize_behavior(peer_id(2))
assert scorer.score(peer_id(2), ["t"]) == -3.0  # -9.0
