# Parameters that contradict each other are accepted.
router = gossipsub.GossipSub([V11], degree=3, degree_low=5, degree_high=2)
assert router.degree_low == 5  # an exception
