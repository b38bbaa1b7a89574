//! The vectors of the two formats: messages, with what real implementations make of them.

use serde_json::Value;

/// The vectors of a file. Each is given by name, so that a failure names it.
pub(crate) fn all(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let vectors: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(!vectors.is_empty());
    vectors
}

/// The bytes of a vector.
pub(crate) fn bytes(vector: &Value) -> Vec<u8> {
    from_hex(vector["hex"].as_str().unwrap())
}

/// Bytes from hexadecimal digits.
pub(crate) fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Hexadecimal digits as a JSON string.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> Value {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap();
    bytes.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect::<String>().into()
}
