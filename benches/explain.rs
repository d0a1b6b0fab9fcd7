//! Decoding refusals. The bar is 50 ms for each kilobyte; what is written down is how far below it is.

use std::hint::black_box;

use countersign::domain::explain::cause::diagnose;
use countersign::domain::explain::change::Changes;
use countersign::domain::explain::incident::Incident;
use countersign::domain::explain::message::{MAX_BYTES, decode};
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

/// Events as `kubectl get events -A -o json` lists them: each of another workload and image, by four causes.
fn events(count: usize) -> String {
    const REASONS: [&str; 2] = [
        "Expected digest with sha256 scheme, but got tag or malformed digest",
        "No attestations found that were valid and signed by a key trusted by the attestor",
    ];
    let event = |number: usize| {
        let (attestor, why) = (["sec", "qa"][number % 2], REASONS[number / 2 % 2]);
        let image = format!("gcr.io/p/s{number}@sha256:{number:064x}");
        format!(
            "{{\"kind\":\"Event\",\"count\":3,\"firstTimestamp\":\"2026-11-30T18:42:03Z\",\"lastTimestamp\":\
             \"2026-11-30T18:59:12Z\",\"involvedObject\":{{\"kind\":\"ReplicaSet\",\"namespace\":\"team-{}\",\"name\":\
             \"s{number}-5d8f7c9b44\"}},\"message\":\"Error creating: admission webhook \
             \\\"imagepolicywebhook.image-policy.k8s.io\\\" denied the request: Image {image} denied by Binary Authorization \
             default admission rule. Image {image} denied by attestor projects/p/attestors/{attestor}: {why}\"}}",
            number % 40
        )
    };
    let items: Vec<String> = (0..count).map(event).collect();
    format!("{{\"kind\":\"List\",\"items\":[{}]}}", items.join(","))
}

/// Explaining 10,000 events, as the command does: decoded, put together by cause, and the first 500 looked at one by one.
/// The bar is a second and 60 MiB; the memory is that of the command, by `/usr/bin/time`.
#[divan::bench(sample_count = 10)]
fn ten_thousand_events(bencher: Bencher<'_, '_>) {
    let text = events(10_000);
    assert!(text.len() < MAX_BYTES, "all of it is read");
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let reading = decode(black_box(&text));
        let incident = Incident::of(&reading.cases, Changes::default());
        assert_eq!((incident.count(), incident.causes.len()), (10_000, 4));
        let told = reading.cases.iter().take(500);
        told.flat_map(|case| case.findings.iter().map(|finding| diagnose(case, finding, None))).count()
    });
}
