use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case("gcr.io/my-project/nginx*", "gcr.io/my-project/nginx:latest", true)]
#[case("gcr.io/my-project/nginx*", "gcr.io/my-project/nginx-images/nginx", false)]
#[case("gcr.io/my-project/nginx**", "gcr.io/my-project/nginx-1.14.2/image:latest", true)]
#[case("gcr.io/nginx*", "gcr.io/nginx@latest", true)]
#[case("gcr.io/nginx*", "gcr.io/nginx/image", false)]
#[case("gcr.io/nginx**", "gcr.io/nginx/image", true)]
#[case("gcr.io/my-project**", "gcr.io/my-project-2/x", true)]
#[case("gcr.io/example-project/helloworld@*", "gcr.io/example-project/helloworld@sha256:00", true)]
#[case("gcr.io/example-project/helloworld@*", "gcr.io/example-project/helloworld:v1", false)]
#[case("gcr.io/example-project/helloworld:v1.*", "gcr.io/example-project/helloworld:v1.2", true)]
#[case("gcr.io/p/helloworld", "gcr.io/p/helloworld", true)]
#[case("gcr.io/p/helloworld", "gcr.io/p/helloworld:1.0", false)]
#[case("gcr.io/p/*", "gcr.io/p/team/img", false)]
#[case("gcr.io/p/*", "gcr.io/p/", true)]
#[case("gcr.io/p/**", "gcr.io/p/", true)]
#[case("k8s.gcr.io/*", "k8s.gcr.io/coredns/coredns:v1", false)]
#[case("gcr.io/nginx[@:]*", "gcr.io/nginx:1.27", true)]
#[case("gcr.io/nginx[@:]*", "gcr.io/nginx@sha256:00", true)]
#[case("gcr.io/nginx[@:]*", "gcr.io/nginx", false)]
#[case("gcr.io/nginx[@:]*", "gcr.io/nginx-2:1", false)]
#[case("gcr.io/nginx[@:]*", "gcr.io/nginx:1/x", false)]
#[case("curlimages/curl[@:]*", "curlimages/curl:8", true)]
#[case("nginx", "nginx", true)]
#[case("nginx", "docker.io/library/nginx", false)]
#[case("gcr.io/P/x", "gcr.io/p/x", false)]
#[case("gcr.io/im@sha256:ab2345*", "gcr.io/im@sha256:ab23456", true)]
fn truth_table(#[case] pattern: &str, #[case] image: &str, #[case] expected: bool) {
    let pattern = Pattern::parse(pattern).unwrap();
    assert_eq!(pattern.matches(image), expected);
    assert_eq!(PatternIndex::new([&pattern]).first_match(image).is_some(), expected);
}

#[rstest]
#[case("", PatternErrorKind::Empty, 0..0)]
#[case("*", PatternErrorKind::WildcardInRegistry, 0..1)]
#[case("gcr.io*", PatternErrorKind::WildcardInRegistry, 6..7)]
#[case("nginx[@:]*", PatternErrorKind::WildcardWithoutRegistry, 9..10)]
#[case("local-image-1:*", PatternErrorKind::WildcardWithoutRegistry, 14..15)]
#[case("local-image-3:tag*", PatternErrorKind::WildcardWithoutRegistry, 17..18)]
#[case("*.gcr.io/x", PatternErrorKind::WildcardInRegistry, 0..1)]
#[case("**-docker.pkg.dev/p/x", PatternErrorKind::WildcardInRegistry, 0..2)]
#[case("gcr.io/my-project/n*x", PatternErrorKind::WildcardNotAtEnd, 19..20)]
#[case("gcr.io/**/x*", PatternErrorKind::WildcardNotAtEnd, 7..9)]
#[case("gcr.io/p/***", PatternErrorKind::TooManyStars, 9..12)]
#[case("gcr.io/p[@:]", PatternErrorKind::Bracket, 8..12)]
#[case("gcr.io/p[@:]**", PatternErrorKind::Bracket, 8..12)]
#[case("gcr.io/p[@:]/x[@:]*", PatternErrorKind::Bracket, 8..12)]
#[case("gcr.io/p x", PatternErrorKind::Blank, 8..9)]
#[case("gcr.io/é\u{3000}x", PatternErrorKind::Blank, 9..12)]
fn refused(#[case] text: &str, #[case] kind: PatternErrorKind, #[case] range: Range<usize>) {
    assert_eq!(Pattern::parse(text), Err(PatternError { kind, range }));
}

#[rstest]
#[case(&["k8s.gcr.io/*"], "k8s.gcr.io/coredns/coredns:v1", 0, 11, MissReason::Slash)]
#[case(&["gcr.io/x", "gcr.io/p/app"], "gcr.io/p/app:1", 1, 12, MissReason::ImageGoesOn)]
#[case(&["gcr.io/p/app[@:]*"], "gcr.io/p/app-2:1", 0, 12, MissReason::NoTagOrDigest)]
#[case(&["gcr.io/P/app", "gcr.io/q/app"], "gcr.io/p/app", 0, 7, MissReason::Differs)]
#[case(&["gcr.io/*", "gcr.io/team/app:v1"], "gcr.io/team/app:v2", 1, 17, MissReason::Differs)]
#[case(&["gcr.io/p/app-long"], "gcr.io/p/app", 0, 12, MissReason::Differs)]
fn closest(
    #[case] patterns: &[&str],
    #[case] image: &str,
    #[case] index: usize,
    #[case] agreed: usize,
    #[case] reason: MissReason,
) {
    let patterns: Vec<Pattern> = patterns.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(PatternIndex::new(&patterns).closest_miss(image), Some(Miss { index, agreed, reason }));
}

#[test]
fn an_empty_list_matches_nothing() {
    let index = PatternIndex::new([]);
    assert_eq!(index.first_match("x"), None);
    assert_eq!(index.closest_miss("x"), None);
}

#[test]
fn patterns_nested_in_each_other_need_no_stack() {
    let patterns: Vec<Pattern> = (1..5_000).map(|n| format!("r/{}*", "a".repeat(n)).parse().unwrap()).collect();
    let index = PatternIndex::new(&patterns);
    assert_eq!(index.first_match(&format!("r/{}", "a".repeat(9_999))), Some(0));
    assert_eq!(index.first_match("r/b"), None);
}

/// Short texts over few bytes, so that patterns and images meet often.
fn colliding() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(vec!["a", "a", "a", "b", "/", "/", ":", "@"]), 0..9)
        .prop_map(|parts| parts.concat())
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let tail = prop_oneof![Just(""), Just("*"), Just("**"), Just("[@:]*")];
    (colliding(), tail).prop_filter_map("not a pattern", |(text, tail)| Pattern::parse(&format!("{text}{tail}")).ok())
}

proptest! {
    // 256 cases of 64 patterns and 96 images: 1.5 million pairs.
    #[test]
    fn the_index_agrees_with_the_plain_matcher(
        patterns in proptest::collection::vec(pattern(), 0..64),
        images in proptest::collection::vec(colliding(), 96),
    ) {
        let index = PatternIndex::new(&patterns);
        for image in &images {
            let plain = patterns.iter().position(|pattern| pattern.matches(image));
            prop_assert_eq!(index.first_match(image), plain, "{}", image);
            if plain.is_none() {
                let longest = patterns.iter().map(|p| agreed(p, image)).max();
                let miss = index.closest_miss(image);
                prop_assert_eq!(miss.map(|miss| miss.agreed), longest, "{}", image);
                prop_assert!(miss.is_none_or(|miss| agreed(&patterns[miss.index], image) == miss.agreed));
            }
        }
    }

    #[test]
    fn parsing_never_panics_and_keeps_the_text(text in "\\PC*[*\\[\\]@:/]{0,6}") {
        match Pattern::parse(&text) {
            Ok(pattern) => {
                prop_assert_eq!(pattern.as_str(), &text);
                prop_assert_eq!(format!("{}{}", pattern.literal(), pattern.tail().as_str()), text);
            }
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error),
        }
    }
}

fn agreed(pattern: &Pattern, image: &str) -> usize {
    pattern.literal().bytes().zip(image.bytes()).take_while(|(a, b)| a == b).count()
}
