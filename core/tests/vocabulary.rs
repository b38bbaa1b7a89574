//! The values that inputs, outputs and limits are made of: scores, times, sets, and floats that are numbers.

use gossipsub_automaton::{
    Behaviour, Finite, Limits, NotFinite, PruneBackoff, Score, ScoreLimits, SortedSet, Span, Time, TopicParameters,
    Window, trace_ids::TraceIds,
};
use std::{collections::HashSet, hash::Hash};

/// Whether two values are equal, as `==`, `!=` and a hash table see them.
fn equal<T: Eq + Hash + Copy>(a: T, b: T) -> bool {
    let equal = a == b;
    assert_ne!(equal, a != b);
    assert_eq!(equal, HashSet::from([a]).contains(&b));
    equal
}

/// How many hashes these have.
fn hashes<T: Hash>(values: impl IntoIterator<Item = T>) -> usize {
    let hash = |value: T| {
        use std::hash::{DefaultHasher, Hasher};
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    };
    values.into_iter().map(hash).collect::<HashSet<_>>().len()
}

const FLOATS: [f64; 5] = [0.0, -0.0, 1.0, 1.0 + f64::EPSILON, f64::MIN];

#[test]
fn scores_and_finite_numbers_are_equal_if_all_their_bits_are() {
    let finite = |float| Finite::new(float).expect("it is finite");
    for (a, first) in FLOATS.into_iter().enumerate() {
        for (b, second) in FLOATS.into_iter().enumerate() {
            assert_eq!(equal(Score::from(first), Score::from(second)), a == b, "{first} and {second}");
            assert_eq!(equal(finite(first), finite(second)), a == b, "{first} and {second}");
        }
    }
    assert_eq!((hashes(FLOATS.map(Score::from)), hashes(FLOATS.map(finite))), (5, 5));
}

#[test]
fn a_score_that_is_not_a_number_counts_as_minus_infinity() {
    assert_eq!(Score::from(f64::NAN), Score::from(f64::NEG_INFINITY));
    assert_ne!(Score::from(f64::NAN), Score::from(f64::INFINITY));
}

#[test]
fn application_scores_are_finite() {
    assert_eq!(Finite::new(f64::INFINITY), Err(NotFinite(f64::INFINITY)));
    assert!(Finite::new(f64::NAN).is_err());
    assert!(Finite::new(f64::MIN).is_ok());
}

#[test]
fn times_are_milliseconds() {
    assert_eq!((Time::from_millis(7).as_millis(), Span::from_millis(7).as_millis()), (7, 7));
    assert_eq!([-7, 7].map(|window| Window::from_millis(window).as_millis()), [-7, 7]);
    assert_eq!(Span::from_millis(1500).as_secs_f64().to_bits(), 1.5_f64.to_bits());
    assert_eq!((Time::from_millis(7).to_string(), Span::from_millis(7).to_string()), ("7ms".into(), "7ms".into()));
}

#[test]
fn sums_saturate_at_the_last_time() {
    assert_eq!(Time::from_millis(7) + Span::from_millis(5), Time::from_millis(12));
    assert_eq!(Time::from_millis(7) + Span::MAX, Time::MAX);
    assert_eq!(Time::MAX + Span::from_millis(1), Time::MAX);
}

#[test]
fn spans_saturate_at_the_longest() {
    assert_eq!(Span::from_secs(2), Span::from_millis(2000));
    assert_eq!(Span::from_secs(u64::MAX), Span::MAX);
    assert_eq!(Span::from_millis(3).doubled(), Span::from_millis(6));
    assert_eq!(Span::MAX.doubled(), Span::MAX);
}

#[test]
fn spans_are_added_subtracted_and_multiplied() {
    let [long, short] = [5, 3].map(Span::from_secs);
    assert_eq!((long + short, long - short, short - long), (Span::from_secs(8), Span::from_secs(2), Span::ZERO));
    assert_eq!((short * 4, Span::MAX + short, Span::MAX * 2), (Span::from_secs(12), Span::MAX, Span::MAX));
    let time = Time::from_millis(5000);
    assert_eq!((time - short, time - Span::MAX, time.as_span()), (Time::from_millis(2000), Time::ZERO, long));
}

#[test]
fn the_backoff_of_a_prune_may_have_ended_before_it() {
    let now = Time::from_millis(10_000);
    assert_eq!(PruneBackoff::from_secs(3).end(now), Time::from_millis(13_000));
    assert_eq!(PruneBackoff::from_secs(-3).end(now), Time::from_millis(7000));
    assert_eq!([-11, i64::MIN].map(|seconds| PruneBackoff::from_secs(seconds).end(now)), [Time::ZERO; 2]);
    assert_eq!(PruneBackoff::from(Span::MAX).end(now), Time::MAX);
    assert_eq!([3, -3].map(|seconds| PruneBackoff::from_secs(seconds).to_string()), ["3000ms", "-3000ms"]);
}

#[test]
fn spans_of_seconds_are_rounded_down() {
    assert_eq!(Span::from_secs_f64(1.9999), Span::from_millis(1999));
    assert_eq!([-1.0, f64::NAN, f64::INFINITY].map(Span::from_secs_f64), [Span::ZERO, Span::ZERO, Span::MAX]);
    assert_eq!(Span::from_millis(1999).as_secs(), 1);
}

#[test]
fn scores_are_ordered_with_minus_zero_below_zero() {
    let mut scores = [1.0, 0.0, f64::INFINITY, -0.0, f64::NAN, -1.0].map(Score::from);
    scores.sort_unstable();
    let values = scores.map(|score| score.value().to_bits());
    assert_eq!(values, [f64::NEG_INFINITY, -1.0, -0.0, 0.0, 1.0, f64::INFINITY].map(f64::to_bits));
}

#[test]
fn the_finite_number_nearest_to_a_float() {
    let nearest = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.5].map(|value| Finite::nearest(value).value());
    assert_eq!(nearest.map(f64::to_bits), [f64::MAX, f64::MIN, 0.0, 1.5].map(f64::to_bits));
}

#[test]
fn a_span_since_a_later_time_is_zero() {
    let (earlier, later) = (Time::from_millis(3), Time::from_millis(10));
    assert_eq!((later.since(earlier), earlier.since(later)), (Span::from_millis(7), Span::ZERO));
}

#[test]
fn exact_sums_do_not_saturate() {
    assert_eq!(Time::from_millis(7).plus_exact(Span::from_millis(5)), 12);
    assert_eq!(Time::MAX.plus_exact(Span::MAX), 2 * u128::from(u64::MAX));
}

#[test]
fn a_window_includes_its_end_and_a_negative_one_holds_nothing() {
    let start = Time::from_millis(100);
    assert!(Window::from_millis(10).holds(start, Time::from_millis(110)));
    assert!(!Window::from_millis(10).holds(start, Time::from_millis(111)));
    assert!(Window::from_millis(0).holds(start, start));
    assert!(!Window::from_millis(-1).holds(start, start));
    assert!(Window::from_millis(i64::MAX).holds(start, Time::from_millis(u64::MAX / 2)));
}

#[test]
fn collecting_a_set_sorts_and_drops_repetitions() {
    let set: SortedSet<u8> = [3, 1, 3, 2].into_iter().collect();
    assert_eq!(set.as_slice(), [1, 2, 3]);
    assert!(set.contains(&2) && !set.contains(&4));
}

#[test]
fn a_set_takes_over_only_vectors_that_ascend() {
    assert_eq!(SortedSet::from_sorted(vec![1, 2]).map(|set| set.to_vec()), Ok(vec![1, 2]));
    assert_eq!(SortedSet::from_sorted(vec![2, 1]), Err(vec![2, 1]));
    assert_eq!(SortedSet::from_sorted(vec![1, 1]), Err(vec![1, 1]));
}

/// A trace cannot hold such a float, but a program can.
#[test]
fn limits_that_are_not_finite_are_refused_by_name() {
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let limits = Limits::<TraceIds> { gossip_factor: float, ..Limits::default() };
        let error = limits.check().expect_err("not finite").to_string();
        assert!(error.contains("gossip_factor") && error.contains(&float.to_string()), "{error}");

        let score_limits = ScoreLimits { app_specific_weight: float, ..ScoreLimits::default() };
        let limits = Limits::<TraceIds> { score_limits, ..Limits::default() };
        let error = limits.check().expect_err("not finite").to_string();
        assert!(error.contains("app_specific_weight") && error.contains(&float.to_string()), "{error}");
    }
}

/// Deliveries in the mesh do not count in deployed nodes, and a bootstrap node keeps no mesh and requests nothing.
#[test]
fn the_limits_of_deployed_nodes_are_allowed_in_every_behaviour() {
    let (dal, bootstrap) = (Limits::<TraceIds>::dal_node(), Limits::<TraceIds>::bootstrap_node());
    for behaviour in Behaviour::ALL {
        assert_eq!(dal.check_for(*behaviour), Ok(()));
        assert_eq!(bootstrap.check_for(*behaviour), Ok(()));
    }
    let (parameters, weight) = dal.score_limits.topics.of(&"a".into());
    let default = TopicParameters::default();
    assert_eq!(weight.to_bits(), 1.0_f64.to_bits());
    assert_ne!(*parameters, default);
    let without = TopicParameters { mesh_message_deliveries_weight: 0.0, mesh_failure_penalty_weight: 0.0, ..default };
    assert_eq!(*parameters, without);
    assert_eq!(Limits { score_limits: ScoreLimits::default(), ..dal.clone() }, Limits::default());
    let expected = Limits {
        max_sent_iwant_per_heartbeat: 0,
        degree_optimal: 0,
        degree_low: 0,
        degree_high: 0,
        degree_score: 0,
        degree_out: 0,
        prune_backoff: Span::from_secs(10),
        ..dal
    };
    assert_eq!(bootstrap, expected);
}
