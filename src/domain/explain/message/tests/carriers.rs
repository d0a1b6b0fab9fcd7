//! Each form in each carrier says the same.

use super::forms::{IMG, forms, relatives};
use super::*;

type Carrier = (&'static str, fn(&str) -> String);

fn words_wrapped(text: &str) -> String {
    let (mut out, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        if width > 30 {
            out.push_str("\n      ");
            width = 0;
        } else if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        width += word.len() + 1;
    }
    out
}

fn cut_at(width: usize, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(width).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
}

fn escaped(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Each around a message that GKE, the distributed cloud or Cloud Run makes.
const CARRIERS: &[Carrier] = &[
    ("alone", |m| m.to_owned()),
    ("kubectl", |m| format!("Error from server (VIOLATES_POLICY): error when creating \"deploy/web.yaml\": {m}\n")),
    ("kubectl, STDIN", |m| {
        format!("deployment.apps/web created\nError from server (Forbidden): error when creating \"STDIN\": {m}")
    }),
    ("event", |m| {
        format!(
            "LAST SEEN   TYPE      REASON         OBJECT                MESSAGE\n5m32s       Warning   FailedCreate   replicaset/web-5d8f   Error creating: {m}\n2m          Normal    Scheduled      pod/other             Successfully assigned\n"
        )
    }),
    ("describe", |m| {
        format!(
            "Name:           web-5d8f\nNamespace:      prod\nControlled By:  Deployment/web\nEvents:\n  Type     Reason        Age                 From                   Message\n  ----     ------        ----                ----                   -------\n  Warning  FailedCreate  12s (x13 over 33s)  replicaset-controller  Error creating: {m}\n"
        )
    }),
    ("template", |m| format!("\u{1b}[0;36mFailedCreate:\u{1b}[0mError creating: {m}\n")),
    ("Terraform", |m| {
        format!(
            "╷\n│ Error: Failed to create deployment: {m}\n│ \n│   with kubernetes_deployment.web,\n│   on main.tf line 12, in resource \"kubernetes_deployment\" \"web\":\n│   12: resource \"kubernetes_deployment\" \"web\" {{\n│ \n╵\n"
        )
    }),
    ("Helm", |m| format!("Error: UPGRADE FAILED: failed to create resource: {m}\nhelm.go:84: [debug]\n")),
    ("Skaffold", |m| {
        format!(
            "Starting deploy...\n - Error from server (VIOLATES_POLICY): error when creating \"STDIN\": {m}\nexiting dev mode because first deploy failed: kubectl apply: exit status 1\n"
        )
    }),
    ("Config Sync", |m| {
        format!(
            "KNV2010: unable to apply resource: {m}\n\nsource: ns/web.yaml\nnamespace: prod\nmetadata.name: web\ngroup: apps\nversion: v1\nkind: Deployment\n\nFor more information, see https://g.co/cloud/acm-errors#knv2010\n"
        )
    }),
    ("Cloud Deploy", |m| {
        format!(
            "[Cloud Deploy] The rollout failed: {{\"deployFailureCause\": \"EXECUTION_FAILED\", \"failureReason\": {}}}",
            escaped(m)
        )
    }),
    ("gcloud run", |m| format!("X Deploying...\nERROR: (gcloud.run.deploy) {m}\n")),
    ("words wrapped", |m| words_wrapped(&format!("Error creating: {m}"))),
    ("lines of 37", |m| cut_at(37, &format!("Error creating: {m}"))),
    ("lines of 80 in a box", |m| cut_at(76, m).lines().map(|line| format!("│ {line} │\n")).collect()),
    ("coloured", |m| format!("\u{1b}[31m{}\u{1b}[0m", m.replace("denied", "\u{1b}[1mdenied\u{1b}[22m"))),
    ("JSON string", escaped),
    ("escaped twice", |m| escaped(&escaped(m))),
    ("quoted mail", |m| {
        format!("On Monday, Alice wrote:\n> what is this?\n> {}\n", words_wrapped(m).replace('\n', "\n> "))
    }),
    ("single quotes", |m| format!("message: '{}'\nnext: field\n", m.replace('\'', "''"))),
    ("event JSON", |m| {
        format!(
            "{{\"kind\": \"Event\", \"involvedObject\": {{\"kind\": \"ReplicaSet\", \"name\": \"web-5d8f\", \"namespace\": \"prod\"}}, \"reason\": \"FailedCreate\", \"count\": 13, \"message\": {}}}",
            escaped(&format!("Error creating: {m}"))
        )
    }),
    ("event YAML", |m| {
        format!(
            "apiVersion: v1\nitems:\n- kind: Event\n  involvedObject:\n    kind: ReplicaSet\n    name: web-5d8f\n  message: {}\nkind: List\n",
            escaped(&format!("Error creating: {m}"))
        )
    }),
    ("web page", |m| format!("Error creating: {}", m.replace('"', "&quot;").replace('\'', "&#39;"))),
    ("log lines", |m| {
        format!("Step #2 - \"deploy\": Error from server (VIOLATES_POLICY): {m}\nStep #2 - \"deploy\": done\n")
    }),
];

#[test]
fn every_form_in_every_carrier_says_the_same() {
    let mut wrong = Vec::new();
    for (form, message, expected) in forms() {
        for (carrier, around) in CARRIERS {
            // In YAML's single quotes they are doubled, which only Cloud Run's messages have.
            let text = around(&message);
            let found = line(&decode(&text));
            if found != expected {
                wrong.push(format!("{form} in {carrier}:\n  {found}\n  {expected}\n  {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn relatives_are_told_apart_in_every_carrier() {
    let mut wrong = Vec::new();
    for (message, expected) in relatives() {
        for (carrier, around) in CARRIERS.iter().filter(|(name, _)| !matches!(*name, "single quotes")) {
            let text = around(message);
            let found = line(&decode(&text));
            if found != expected {
                wrong.push(format!("{message} in {carrier}:\n  {found}\n  {expected}\n  {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn whole_messages_leave_nothing_unknown() {
    for (form, message, _) in
        forms().into_iter().filter(|(form, ..)| !matches!(*form, "G6" | "C4" | "W9" | "W9 of a cluster"))
    {
        let reading = decode(&message);
        assert_eq!(all_unknown(&reading), Vec::<String>::new(), "{form}");
        assert!(reading.is_rejection());
    }
}

fn w1() -> String {
    forms().into_iter().find(|(form, ..)| *form == "W1").map(|(_, message, _)| message).unwrap()
}

#[test]
fn carriers_are_named_and_tell_the_subject() {
    let told = |name: &str| {
        let around = CARRIERS.iter().find(|(carrier, _)| *carrier == name).unwrap().1;
        let case = decode(&around(&w1())).cases.swap_remove(0);
        format!("{} | {} | {} | {}x", case.carriers.join(", "), case.subject.object, case.subject.namespace, case.times)
    };
    insta::assert_snapshot!(
        ["kubectl", "event", "describe", "Terraform", "Helm", "Skaffold", "Config Sync", "Cloud Deploy", "event JSON"]
            .map(told)
            .join("\n"),
        @r"
    kubectl | deploy/web.yaml |  | 1x
    a controller's event | replicaset/web-5d8f |  | 1x
    a controller's event | replicaset/web-5d8f | prod | 13x
    Terraform | kubernetes_deployment.web |  | 1x
    Helm |  |  | 1x
    Skaffold, kubectl | STDIN |  | 1x
    Config Sync | deployment/web | prod | 1x
    Cloud Deploy |  |  | 1x
    a controller's event | replicaset/web-5d8f | prod | 13x
    "
    );
}

#[test]
fn controllers_name_the_pod_and_what_makes_it() {
    let text = format!("create Pod web-0 in StatefulSet web failed error: {}", w1());
    let case = decode(&text).cases.swap_remove(0);
    assert_eq!((case.subject.pod.as_str(), case.subject.object.as_str()), ("web-0", "statefulset/web"));
    let text = format!(
        "NAMESPACE   LAST SEEN   TYPE      REASON         OBJECT\nprod        5m          Warning   FailedCreate   job/web   Error creating: {}",
        w1()
    );
    let case = decode(&text).cases.swap_remove(0);
    assert_eq!((case.subject.namespace.as_str(), case.subject.object.as_str()), ("prod", "job/web"));
}

#[test]
fn several_messages_are_several_cases_and_the_same_is_counted() {
    let other = w1().replace("nginx", "redis");
    let text = format!(
        "1s Warning FailedCreate replicaset/a Error creating: {}\n2s Warning FailedCreate replicaset/b Error creating: {other}\n3s Warning FailedCreate replicaset/a Error creating: {}",
        w1(),
        w1()
    );
    let reading = decode(&text);
    let told: Vec<_> = reading.cases.iter().map(|case| (case.subject.object.as_str(), case.times)).collect();
    assert_eq!(told, [("replicaset/a", 2), ("replicaset/b", 1)]);
}

#[rstest::rstest]
#[case("hello world")]
#[case("")]
#[case("{\"a\": 1}")]
#[case("Image of the day: denied by nobody")]
fn what_is_none_is_unknown(#[case] text: &str) {
    let reading = decode(text);
    assert_eq!((reading.kind(), reading.cases.len()), (RefusalKind::Unknown, 0));
    assert!(!reading.unknown.is_empty() && !reading.is_explained());
}

#[test]
fn what_is_cut_says_so_and_what_was_recognised() {
    let (_, message, _) = forms().into_iter().find(|(form, ..)| *form == "W3").unwrap();
    let whole = line(&decode(&message));
    for end in 1..message.len() {
        for tail in ["", "…", "..."] {
            let text = format!("{}{tail}", message.get(..end).unwrap());
            let reading = decode(&text);
            assert!(line(&reading) == whole || !all_unknown(&reading).is_empty(), "{text}\n{}", line(&reading));
            let images = reading.cases.iter().flat_map(Refusal::images).collect::<Vec<_>>();
            assert!(images.iter().all(|image| *image == IMG), "{text}\n{images:?}");
        }
    }
    let reading = decode(message.get(..message.len() - 20).unwrap());
    assert_eq!(line(&reading), whole, "the reason is known by its beginning");
    assert!(all_unknown(&reading)[0].contains("is cut off"), "{reading:?}");
}

#[test]
fn what_another_says_is_told_with_its_whole_line() {
    let text = "Importing\nERROR: gcloud crashed (AttributeError): 'str' object has no attribute 'items'\nBye\n";
    let case = decode(text).cases.swap_remove(0);
    assert_eq!(case.text, "ERROR: gcloud crashed (AttributeError): 'str' object has no attribute 'items'");
    let case = decode("pods \"x\" is forbidden: it rains").cases.swap_remove(0);
    assert_eq!(says(&case), ["The API server refused it. Whether that was Binary Authorization is not known."]);
    assert!(!case.is_explained());
}

#[test]
fn a_message_of_another_webhook_with_these_words_is_doubted() {
    let reading = decode(&w1().replace("imagepolicywebhook.image-policy", "imagepolicywebhook.example"));
    assert_eq!(line(&reading), "gke Default: [nginx - AlwaysDeny]");
    assert!(all_unknown(&reading)[0].contains("whose webhook"), "{reading:?}");
}
