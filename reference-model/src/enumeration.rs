//! All combinations of several decisions, one after the other.

/// Makes the decisions of a run. Run after run, they are made in every combination.
#[derive(Clone, Debug, Default)]
pub struct Enumeration {
    /// The decisions of this run that have more than one option: the option taken, and the number of options.
    decisions: Vec<(usize, usize)>,
    /// The number of decisions that this run has made.
    made: usize,
}

impl Enumeration {
    /// Goes on to the next run. False after the last one.
    pub fn advance(&mut self) -> bool {
        self.made = 0;
        while let Some((option, of)) = self.decisions.pop() {
            if option + 1 < of {
                self.decisions.push((option + 1, of));
                return true;
            }
        }
        false
    }

    /// The option that this run takes, of `of`. A single option is no decision.
    pub fn decide(&mut self, of: usize) -> usize {
        if of <= 1 {
            return 0;
        }
        let taken = self.decisions.get(self.made).map(|(option, _)| *option);
        self.made += 1;
        taken.unwrap_or_else(|| {
            self.decisions.push((0, of));
            0
        })
    }

    /// The members at `count` positions, in their order; all of them if there are fewer.
    pub fn combine<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>, count: usize) -> Vec<T> {
        let mut chosen = Vec::new();
        let mut left = from.len();
        for member in from {
            let missing = count - chosen.len();
            if missing > 0 && (missing >= left || self.decide(2) == 0) {
                chosen.push(member);
            }
            left -= 1;
        }
        chosen
    }

    /// The members at `count` positions, in any order.
    pub fn arrange<T: Copy>(&mut self, from: impl Iterator<Item = T>, count: usize) -> Vec<T> {
        let mut left: Vec<T> = from.collect();
        (0..count.min(left.len())).map(|_| left.remove(self.decide(left.len()))).collect()
    }

    /// One of the combinations of `count` members that are allowed. None if none is.
    pub fn combine_allowed<T: Copy, C: FromIterator<T>>(
        &mut self,
        from: &(impl ExactSizeIterator<Item = T> + Clone),
        count: usize,
        is_allowed: impl Fn(&C) -> bool,
    ) -> Option<C> {
        let mut combinations = Self::default();
        let mut allowed = Vec::new();
        loop {
            let combination = combinations.combine(from.clone(), count).into_iter().collect();
            if is_allowed(&combination) {
                allowed.push(combination);
            }
            if !combinations.advance() {
                break;
            }
        }
        let option = self.decide(allowed.len());
        allowed.into_iter().nth(option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The choices of all runs.
    fn all<T>(mut choose: impl FnMut(&mut Enumeration) -> T) -> Vec<T> {
        let mut enumeration = Enumeration::default();
        let mut chosen = vec![choose(&mut enumeration)];
        while enumeration.advance() {
            chosen.push(choose(&mut enumeration));
        }
        chosen
    }

    #[test]
    fn every_combination_is_chosen_once() {
        let chosen = all(|enumeration| enumeration.combine([1, 2, 3].into_iter(), 2));
        assert_eq!(chosen, [[1, 2], [1, 3], [2, 3]]);
        assert_eq!(all(|enumeration| enumeration.combine([1, 2].into_iter(), 2)), [[1, 2]]);
        assert_eq!(all(|enumeration| enumeration.combine([1, 2].into_iter(), 5)), [[1, 2]]);
        assert_eq!(all(|enumeration| enumeration.combine([1, 2].into_iter(), 0).len()), [0]);
    }

    #[test]
    fn every_order_is_chosen_once() {
        let chosen = all(|enumeration| enumeration.arrange([1, 2, 3].into_iter(), 2));
        assert_eq!(chosen, [[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]);
    }

    #[test]
    fn every_allowed_combination_is_chosen_once() {
        let allowed = |sum| move |members: &Vec<i32>| members.iter().sum::<i32>() <= sum;
        let chosen = |sum| all(|enumeration| enumeration.combine_allowed(&[1, 2, 3].into_iter(), 2, allowed(sum)));
        assert_eq!(chosen(4), [Some(vec![1, 2]), Some(vec![1, 3])]);
        assert_eq!(chosen(2), [None]);
    }

    #[test]
    fn several_choices_of_a_run_are_combined() {
        let two = |enumeration: &mut Enumeration| (enumeration.decide(2), enumeration.decide(3));
        assert_eq!(all(two), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
    }
}
