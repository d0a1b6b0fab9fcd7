//! Decoding refusals. The bar is 50 ms for each kilobyte; what is written down is how far below it is.

use std::hint::black_box;

use countersign::domain::explain::message::decode;
use divan::Bencher;
use divan::counter::BytesCount;

const W1: &str = "Error from server (VIOLATES_POLICY): admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the \
                  request: Image nginx denied by Binary Authorization default admission rule. Denied by always_deny \
                  admission rule\n";

/// Messages as they come, words that nearly are some, and the beginnings of objects.
const PARTS: [(&str, &str); 4] = [
    ("messages", W1),
    ("near misses", "Image x denied by attestor "),
    ("escapes", "\\\\\\\"\u{1b}["),
    ("braces", "{\"a\": ["),
];

/// A megabyte of each.
#[divan::bench(args = PARTS.map(|(name, _)| name))]
fn decode_a_megabyte(bencher: Bencher<'_, '_>, name: &str) {
    let part = PARTS.into_iter().find(|(known, _)| *known == name).map_or(W1, |(_, part)| part);
    let text = part.repeat((1 << 20) / part.len());
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| decode(black_box(&text)));
}
