//! Values as text for people: without control characters, and not too long.

use std::fmt::{Display, Formatter, Result, Write};

/// The most bytes of a value that are shown.
pub const LONGEST_VALUE: usize = 2048;

/// A value of a program or a trace. Control characters are escaped, and a long value is shortened. The whole value is in
/// the trace.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self(text) = self;
        let end = text.floor_char_boundary(LONGEST_VALUE);
        let (beginning, rest) = text.split_at(end);
        for letter in beginning.chars() {
            if is_unsafe(letter) { write!(f, "{}", letter.escape_default())? } else { f.write_char(letter)? }
        }
        if rest.is_empty() { Ok(()) } else { write!(f, "... ({} bytes more)", rest.len()) }
    }
}

/// Whether a terminal may take a character for a command, or show the text after it in another order.
fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// As [`Shown`], line by line: ends of lines stay.
#[derive(Clone, Copy, Debug)]
pub struct ShownLines<'a>(pub &'a str);

impl Display for ShownLines<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, line) in self.0.split('\n').enumerate() {
            let end_of_line = if index == 0 { "" } else { "\n" };
            write!(f, "{end_of_line}{}", Shown(line))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_commands() {
        assert_eq!(Shown("a\u{1b}[31m\r\n\u{202e}é").to_string(), "a\\u{1b}[31m\\r\\n\\u{202e}é");
        assert_eq!(ShownLines("a\u{7}\nb").to_string(), "a\\u{7}\nb");
    }

    #[test]
    fn a_long_value_is_shortened() {
        let text = "é".repeat(2000);
        let shown = Shown(&text).to_string();
        assert!(shown.starts_with(&text[..2048]) && shown.ends_with("... (1952 bytes more)"), "{shown}");
        assert_eq!(Shown("short").to_string(), "short");
    }
}
