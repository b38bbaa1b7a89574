# The time in the mesh does not grow.
scorer = score.PeerScorer(score.ScoreParams(p1_time_in_mesh=score.TopicScoreParams(weight=1.0, cap=100.0)))
scorer.on_join_mesh(peer_id(1), "t")
for _ in range(10): scorer.on_heartbeat()
assert scorer.score(peer_id(1), ["t"]) == 1.0  # 10.0, with a quantum of one heartbeat
