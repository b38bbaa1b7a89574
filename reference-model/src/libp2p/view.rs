//! The state that is shown, and whether an implementation shows the same.

use super::{
    fanout::Fanout,
    model::Model,
    rules,
    score::ignore,
    violation::{Members, Violation},
    vocabulary::{Peer, Topic, View},
};
use crate::Rule;
use std::collections::{BTreeMap, BTreeSet};

type PeersByTopic = BTreeMap<Topic, BTreeSet<Peer>>;

impl Model {
    /// The state as it is shown. Of a fanout, the certain members are shown.
    #[must_use]
    pub fn view(&self) -> View {
        let scores = self.scores.as_ref();
        View {
            fanout: Some(self.fanout.iter().map(|(topic, fanout)| (topic.clone(), fanout.certain().clone())).collect()),
            mesh: Some(self.mesh.clone()),
            scores: scores
                .map(|scores| self.peers.keys().map(|peer| (*peer, scores.value(*peer, &mut ignore))).collect()),
            subscribed: Some(self.subscribed()),
        }
    }

    fn subscribed(&self) -> PeersByTopic {
        let mut subscribed = PeersByTopic::new();
        for (peer, connection) in &self.peers {
            for topic in &connection.topics {
                subscribed.entry(topic.clone()).or_default().insert(*peer);
            }
        }
        subscribed
    }

    /// Compares with a view, and learns from it who is in a fanout, and which promises were broken.
    pub(super) fn check_view(&mut self, view: &View) -> Result<(), Violation> {
        if let Some(mesh) = &view.mesh {
            same(&rules::VIEW_1, "the mesh", &self.mesh, mesh)?;
        }
        if let Some(shown) = &view.subscribed {
            same(&rules::VIEW_3, "the peers that announced", &self.subscribed(), shown)?;
        }
        if let Some(shown) = &view.fanout {
            self.check_fanouts(shown)?;
        }
        if let Some(shown) = &view.scores {
            self.check_scores(shown)?;
        }
        Ok(())
    }

    fn check_fanouts(&mut self, shown: &PeersByTopic) -> Result<(), Violation> {
        let rule = &rules::VIEW_2;
        let none = BTreeSet::new();
        for (topic, members) in shown {
            if !members.is_empty() && !self.fanout.contains_key(topic) {
                let found = format!("the fanout {} of {topic}", Members(members));
                return Err(Violation::new(rule, format!("no fanout of {topic}"), found));
            }
        }
        for (topic, fanout) in &mut self.fanout {
            let members = shown.get(topic).unwrap_or(&none);
            if !fanout.can_be(members) {
                let expected = format!(
                    "the fanout of {topic} with {} and {} to {} of {}",
                    Members(fanout.certain()),
                    fanout.fewest(),
                    fanout.most(),
                    Members(fanout.possible())
                );
                return Err(Violation::new(rule, expected, format!("{}", Members(members))));
            }
            *fanout = Fanout::exact(members.clone());
        }
        Ok(())
    }

    fn check_scores(&mut self, shown: &BTreeMap<Peer, f64>) -> Result<(), Violation> {
        let Some(scores) = &mut self.scores else {
            return Ok(());
        };
        for (peer, shown) in shown {
            if !scores.narrow(*peer, *shown) {
                let expected = format!("the score {:?} of peer {peer}", scores.value(*peer, &mut ignore));
                return Err(Violation::new(&rules::VIEW_4, expected, format!("{shown:?}")));
            }
        }
        Ok(())
    }
}

fn same(rule: &'static Rule, what: &str, expected: &PeersByTopic, shown: &PeersByTopic) -> Result<(), Violation> {
    let topics: BTreeSet<&Topic> = expected.keys().chain(shown.keys()).collect();
    for topic in topics {
        let (expected, shown) = (expected.get(topic), shown.get(topic));
        if expected != shown {
            let show = |peers: Option<&BTreeSet<Peer>>| match peers {
                Some(peers) => format!("{what} of {topic}: {}", Members(peers)),
                None => format!("{what} of {topic}: none"),
            };
            return Err(Violation::new(rule, show(expected), show(shown)));
        }
    }
    Ok(())
}
