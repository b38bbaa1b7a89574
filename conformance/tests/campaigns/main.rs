//! Campaigns that hold up: nothing is lost, limits are kept, reports say what happened, and shards make one campaign.
//!
//! The programs under test are shell scripts, or the command itself with `serve`.

mod harness;
mod limits;
mod nothing_is_lost;
mod pipeline;
mod reports;
mod shards;
mod signals;
