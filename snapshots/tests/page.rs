//! The overview page is up to date.

use gossipsub_snapshots::{folder, page};

#[test]
fn the_page_is_up_to_date() {
    let expected = page().expect("a page");
    let found = std::fs::read_to_string(folder("README.md")).expect("the page");
    let again = "cargo run -p gossipsub-snapshots > snapshots/README.md";
    assert!(found == expected, "snapshots/README.md is not up to date: {again}");
}
