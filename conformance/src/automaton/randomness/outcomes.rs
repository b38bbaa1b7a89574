//! All choices of k of n, each with a number.

use std::collections::BTreeMap;

/// The numbers of all lists, or of all sets, of k of the members 0 to n - 1.
#[derive(Clone, Debug)]
pub(super) struct Outcomes(BTreeMap<Vec<u64>, usize>);

impl Outcomes {
    /// All lists of `chosen` different members of `of`.
    pub(super) fn lists(chosen: u64, of: u64) -> Self {
        let mut lists = vec![Vec::new()];
        for _ in 0..chosen {
            let longer = |list: &Vec<u64>| {
                let others = (0..of).filter(|member| !list.contains(member));
                others.map(|member| [list.as_slice(), &[member]].concat()).collect::<Vec<_>>()
            };
            lists = lists.iter().flat_map(longer).collect();
        }
        Self(lists.into_iter().zip(0..).collect())
    }

    /// All sets of `chosen` members of `of`: the lists that ascend.
    pub(super) fn sets(chosen: u64, of: u64) -> Self {
        let ascending = Self::lists(chosen, of).0.into_keys().filter(|list| list.is_sorted());
        Self(ascending.zip(0..).collect())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of one of them.
    pub(super) fn number(&self, choice: &[u64]) -> Option<usize> {
        self.0.get(choice).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_has_a_number() {
        for (chosen, of, lists, sets) in [(2, 4, 12, 6), (2, 5, 20, 10), (3, 3, 6, 1), (0, 2, 1, 1)] {
            assert_eq!((Outcomes::lists(chosen, of).len(), Outcomes::sets(chosen, of).len()), (lists, sets));
        }
        let cells = Outcomes::sets(2, 4);
        assert_eq!([cells.number(&[0, 1]), cells.number(&[2, 3])], [Some(0), Some(5)]);
        assert_eq!([cells.number(&[1, 0]), cells.number(&[1]), cells.number(&[1, 4])], [None; 3]);
    }
}
