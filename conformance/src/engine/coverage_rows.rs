//! The rows of a coverage table.

use super::{Coverage, Family};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// How often each row was reached, in the order of the table. As JSON, an object from row to count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageRows(pub Vec<(String, u64)>);

impl CoverageRows {
    /// The rows of a coverage.
    #[must_use]
    pub fn of<F: Family>(coverage: &F::Coverage) -> Self {
        Self(coverage.rows().into_iter().map(|(name, count)| (name.to_owned(), count)).collect())
    }

    /// How often a row was reached. 0 if there is no such row.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.0.iter().find(|(row, _)| row == name).map_or(0, |(_, count)| *count)
    }

    /// How many rows were reached, and how many there are.
    #[must_use]
    pub fn reached(&self) -> (usize, usize) {
        (self.0.iter().filter(|(_, count)| *count > 0).count(), self.0.len())
    }

    /// Adds the counts of the same rows. False if the other has other rows.
    #[must_use]
    pub fn add(&mut self, other: &Self) -> bool {
        let same = self.0.iter().map(|(name, _)| name).eq(other.0.iter().map(|(name, _)| name));
        if same {
            for ((_, ours), (_, theirs)) in self.0.iter_mut().zip(&other.0) {
                *ours = ours.saturating_add(*theirs);
            }
        }
        same
    }
}

impl fmt::Display for CoverageRows {
    /// A line for each row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, count)| writeln!(f, "{count:>12}  {name}"))
    }
}

impl Serialize for CoverageRows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, count)| (name, count)))
    }
}

impl<'de> Deserialize<'de> for CoverageRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = CoverageRows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object from row to count")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<CoverageRows, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = map.next_entry()? {
                    rows.push(row);
                }
                Ok(CoverageRows(rows))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
