//! The text of a network address, which is the only field without a fixed layout.
//!
//! It is `a.b.c.d:port` or `[v6]:port`, of at most 47 bytes. A `#` and the id of a peer may follow, which are ignored.
//! The reader accepts what the original accepts: a port with leading zeros, a v4 address in brackets, and groups of any
//! number of digits. As in the original, integers wrap around at 63 bits, so `[::10000000000000001]:80` is `[::1]:80`.

use super::{
    PeerId,
    reader::{Error, Reader, Rule},
};
use alloc::{string::ToString, vec::Vec};
use core::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

/// A network address with its port. A v4 address is stored as the v6 address that it is mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// The address.
    pub address: Ipv6Addr,
    /// The port. May be 0.
    pub port: u16,
}

impl Point {
    /// The longest text, in bytes.
    const MAX_TEXT: usize = 47;

    /// Reads the text of a point.
    ///
    /// ```
    /// use gossipsub_automaton::wire::dal::Point;
    ///
    /// let point = Point::parse(b"[::ffff:127.0.0.1]:09732").unwrap();
    /// assert_eq!(point.to_string(), "127.0.0.1:9732");
    /// assert_eq!(Point::parse(b"localhost:9732"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = match text.iter().position(|byte| *byte == b'#') {
            Some(at) => {
                let (text, peer_id) = text.split_at_checked(at)?;
                check_peer_id(peer_id.get(1..)?)?;
                text
            }
            None => text,
        };
        let colon = text.iter().rposition(|byte| *byte == b':')?;
        let (address, port) = text.split_at_checked(colon)?;
        let address = match address {
            [b'[', address @ .., b']'] => v4(address).or_else(|| v6(address))?,
            address => v4(address)?,
        };
        Some(Self { address, port: port_number(port.get(1..)?)? })
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let text = reader.dynamic("point", Self::MAX_TEXT)?;
        Self::parse(text.rest()).ok_or_else(|| text.fault("point", Rule::PointText))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        super::message::write_dynamic(out, |out| out.extend_from_slice(self.to_string().as_bytes()));
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address.to_ipv4_mapped() {
            Some(address) => write!(f, "{address}:{}", self.port),
            None => write!(f, "[{}]:{}", self.address, self.port),
        }
    }
}

/// The id of a peer in `Base58Check`, with the prefix that makes the text start with `id`.
fn check_peer_id(text: &[u8]) -> Option<PeerId> {
    let mut bytes = [0; 22];
    let length = bs58::decode(text).with_check(None).onto(&mut bytes).ok()?;
    let [0x99, 0x67, id @ ..] = bytes.get(..length)? else { return None };
    id.try_into().ok().map(PeerId)
}

fn port_number(text: &[u8]) -> Option<u16> {
    // Written out, because the standard library's parser takes a sign.
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u16, |port, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        port.checked_mul(10)?.checked_add(digit.into())
    })
}

/// The digits at the front of `text` as a number that wraps around at 63 bits, its sign included.
fn number(text: &mut &[u8], radix: u32) -> Option<i64> {
    let mut value = None;
    while let [byte, rest @ ..] = text
        && let Some(digit) = char::from(*byte).to_digit(radix)
    {
        let previous: i64 = value.unwrap_or_default();
        value = Some(previous.wrapping_mul(radix.into()).wrapping_add(digit.into()));
        *text = rest;
    }
    value.map(|value| (value << 1) >> 1)
}

fn character(text: &mut &[u8], expected: u8) -> Option<()> {
    let (first, rest) = text.split_first()?;
    *text = rest;
    (*first == expected).then_some(())
}

/// Four octets from the front of `text`, none with a leading zero.
fn octets(text: &mut &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            character(text, b'.')?;
        }
        if let [b'0', b'0'..=b'9', ..] = text {
            return None;
        }
        *octet = u8::try_from(number(text, 10)?).ok()?;
    }
    Some(octets.into())
}

fn v4(mut text: &[u8]) -> Option<Ipv6Addr> {
    let address = octets(&mut text)?;
    text.is_empty().then(|| address.to_ipv6_mapped())
}

fn v6(mut text: &[u8]) -> Option<Ipv6Addr> {
    let (mut groups, mut count) = ([0_u16; 8], 0_usize);
    let mut gap = None;
    if let [b':', b':', rest @ ..] = text {
        (gap, text) = (Some(0), rest);
    }
    // A gap stands for one group at least.
    while count + usize::from(gap.is_some()) < 8 {
        let start = text;
        // A number below zero ends the address without being a part of it.
        let Some(group) = number(&mut text, 16).filter(|group| *group >= 0) else { break };
        let room = 8 - count - usize::from(gap.is_some());
        if room > 1 && text.first() == Some(&b'.') {
            text = start;
            let [a, b, c, d] = octets(&mut text)?.octets();
            *groups.get_mut(count)? = u16::from_be_bytes([a, b]);
            *groups.get_mut(count + 1)? = u16::from_be_bytes([c, d]);
            count += 2;
            break;
        }
        *groups.get_mut(count)? = u16::try_from(group).ok()?;
        count += 1;
        match text {
            [b':', b':', rest @ ..] if gap.is_none() && room > 1 => (gap, text) = (Some(count), rest),
            [b':', rest @ ..] if room > 1 && rest.first().is_some_and(u8::is_ascii_hexdigit) => text = rest,
            _ => break,
        }
    }
    match gap {
        Some(gap) => groups.get_mut(gap..)?.rotate_right(8 - count),
        None if count < 8 => return None,
        None => {}
    }
    text.is_empty().then(|| groups.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<std::string::String> {
        Point::parse(text.as_bytes()).map(|point| point.to_string())
    }

    #[test]
    fn what_is_accepted_and_how_it_is_written_again() {
        for (text, again) in [
            ("1.2.3.4:80", "1.2.3.4:80"),
            ("1.2.3.4:0", "1.2.3.4:0"),
            ("1.2.3.4:0080", "1.2.3.4:80"),
            ("255.0.255.0:65535", "255.0.255.0:65535"),
            ("[1.2.3.4]:80", "1.2.3.4:80"),
            ("[::ffff:1.2.3.4]:80", "1.2.3.4:80"),
            ("[::]:1", "[::]:1"),
            ("[1::]:1", "[1::]:1"),
            ("[::1]:1", "[::1]:1"),
            ("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1"),
            ("[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1"),
            ("[::2:3:4:5:6:7:8]:1", "[0:2:3:4:5:6:7:8]:1"),
            ("[1:2:3:4:5:6::8]:1", "[1:2:3:4:5:6:0:8]:1"),
            ("[1:2:3:4:5:6:1.2.3.4]:1", "[1:2:3:4:5:6:102:304]:1"),
            ("[::1:2:3:4:5:1.2.3.4]:1", "[0:1:2:3:4:5:102:304]:1"),
            ("[2001:0DB8:0:0:0:0:0:00001]:80", "[2001:db8::1]:80"),
            // Integers of the original wrap around at 63 bits.
            ("[::10000000000000001]:80", "[::1]:80"),
            ("[::7fffffffffffffff]:80", "[::]:80"),
            ("1.2.3.9223372036854775809:80", "1.2.3.1:80"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(again), "{text}");
        }
    }

    #[test]
    fn what_is_refused() {
        let texts = ": :80 _:80 1.2.3.4 1.2.3.4: 1.2.3.4:+80 1.2.3.4:65536 1.2.3:80 1.2.3.4.5:80 1.2.3.256:80 01.2.3.4:80 \
            1.2.3.00:80 host:80 ::1:80 []:80 [::1:80 ::1]:80 [::1]80 [::1] [:1]:80 [1:]:80 [1:2]:80 [::1::]:80 \
            [:::]:80 [1:::]:80 [1:2:3:4:5:6:7:8:9]:80 [1:2:3:4:5:6:7::8]:80 [::1:2:3:4:5:6:7:8]:80 \
            [1.2.3.4::]:80 [1:2:3:4:5:6:7:1.2.3.4]:80 [1.2.3.4:1:2:3:4:5:6]:80 [::1.2.3]:80 [::10000]:80 \
            [::g]:80 [fe80::1%eth0]:80 [[::1]]:80 1.2.3.4:80# 1.2.3.4:80#zzz # 1.2.3.4#80";
        for text in texts.split(' ').chain(["", " 1.2.3.4:80", "1.2.3.4:80 "]) {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn the_id_of_a_peer_may_follow_and_is_dropped() {
        let mut id = [7; 18];
        id[..2].copy_from_slice(&[0x99, 0x67]);
        let mut text = *b"1.2.3.4:80#..............................";
        assert_eq!(bs58::encode(&id).with_check().onto(&mut text[11..]), Ok(30));
        assert_eq!(&text[11..13], b"id");
        assert_eq!(Point::parse(&text), Point::parse(b"1.2.3.4:80"));
        text.swap(15, 16);
        assert_eq!(Point::parse(&text), None);
    }
}
