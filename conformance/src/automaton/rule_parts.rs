//! Findings that count as the finding that is minimized.

/// Whether a broken rule is the same as another, or a part of it. In a shorter sequence, the same fault may break
/// `heartbeat 3e` instead of `heartbeat 3b, 3e`, or change one field of the state instead of two. Without candidates,
/// `heartbeat 3b` becomes `heartbeat 3`.
pub(super) fn is_part_of(rule: &str, other: &str) -> bool {
    let same = rule == other;
    same || parts(rule).zip(parts(other)).is_some_and(|((subject, parts), (other_subject, other_parts))| {
        subject == other_subject && parts.iter().all(|part| other_parts.iter().any(|other| other.starts_with(part)))
    })
}

/// What a rule is about, and what it names of that, for those that name more than one thing.
fn parts(rule: &str) -> Option<(&str, Vec<&str>)> {
    let (subject, parts) = match rule.strip_prefix("heartbeat ") {
        Some(steps) => ("heartbeat", steps),
        None => rule.strip_prefix("the state after ")?.rsplit_once(": ")?,
    };
    Some((subject, parts.split(", ").collect()))
}

#[cfg(test)]
mod tests {
    use super::is_part_of;

    #[test]
    fn fewer_steps_of_a_heartbeat_are_a_part() {
        assert!(is_part_of("heartbeat 3e", "heartbeat 3b, 3e"));
        assert!(is_part_of("heartbeat 3", "heartbeat 3d"));
        assert!(!is_part_of("heartbeat 3b, 3e", "heartbeat 3e"));
        assert!(!is_part_of("heartbeat 7", "heartbeat 3b"));
        assert!(!is_part_of("heartbeat 3b", "heartbeat 3"));
    }

    #[test]
    fn fewer_fields_of_the_state_are_a_part() {
        assert!(is_part_of("the state after heartbeat 7: mesh", "the state after heartbeat 7: backoff, mesh"));
        assert!(!is_part_of("the state after heartbeat 7: scores", "the state after heartbeat 7: backoff, mesh"));
        assert!(!is_part_of(
            "the state after heartbeat 7: mesh",
            "the state after leave (2): the topic is joined: mesh"
        ));
    }

    #[test]
    fn other_rules_are_parts_of_themselves_only() {
        assert!(is_part_of("graft (8): the mesh is full", "graft (8): the mesh is full"));
        assert!(!is_part_of("graft (7)", "graft (8)") && !is_part_of("join (2)", "join (2), (3): not joined"));
    }
}
