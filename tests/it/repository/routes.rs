//! The table of routes in `docs/sandbox.md` is that of the sandbox.
//!
//! `UPDATE=1 cargo test routes` writes it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countersign::sandbox::routes::{ApiRoute, ClusterRoute, api_routes, cluster_routes, registry_routes};
use countersign::sandbox::{Also, Needs};

const START: &str = "<!-- routes: written by `UPDATE=1 cargo test routes` from the tables of the sandbox -->\n";
const END: &str = "<!-- /routes -->";

/// What a route needs, in words.
fn needs(route: &ApiRoute) -> String {
    let needs = match route.needs {
        Needs::Nothing => "–".to_owned(),
        Needs::On(permission, on) => format!("`{permission}` on `{on}`"),
        Needs::Everywhere(permission) => format!("`{permission}` on all projects"),
        Needs::Visible => "–; answers with what one may see".to_owned(),
        Needs::Tested(on) => format!("–; answers with what one holds on `{on}`"),
        Needs::Named(permission) => format!("`{permission}` on each project that the body names"),
    };
    match route.also {
        Also::Nothing => needs,
        Also::AttachToNotes => format!("{needs}, and `containeranalysis.notes.attachOccurrence` on each note"),
        Also::ReadNewAttestors => {
            format!(
                "{needs}, and `binaryauthorization.attestors.get` on each attestor that the policy did not name yet"
            )
        }
    }
}

fn api_tables() -> String {
    let routes = api_routes();
    let mut text = String::new();
    let mut hosts: Vec<&str> = routes.iter().map(|route| route.host).collect();
    hosts.dedup();
    for host in hosts {
        text += &format!("\n**{host}**\n\n| method | versions | needs |\n|---|---|---|\n");
        for route in routes.iter().filter(|route| route.host == host) {
            let verb = if route.verb.is_empty() { String::new() } else { format!(":{}", route.verb) };
            let versions = route.versions.join(", ");
            text += &format!("| `{} {}{verb}` | {versions} | {} |\n", route.method, route.path, needs(route));
        }
    }
    text
}

fn registry_table() -> String {
    let rows = registry_routes().map(|route| {
        let permission = route.permission.map_or("–".to_owned(), |permission| format!("`{permission}`"));
        format!("| `{} /v2/{}` | {permission} |\n", route.methods.join("`, `"), route.path)
    });
    let head = "\n**The registries**, on the repository, or on the project where the host has none\n\n\
                | method | needs |\n|---|---|\n";
    head.to_owned() + &rows.collect::<String>()
}

/// A row for each permission on a resource, with the verbs that need it.
fn cluster_table() -> String {
    let routes = cluster_routes();
    let mut seen = BTreeSet::new();
    let mut text =
        "\n**The clusters**, on the cluster's project\n\n| resource | verbs | needs |\n|---|---|---|\n".to_owned();
    for route in &routes {
        let key = |route: &ClusterRoute| (route.group, route.resource.clone(), route.permission.clone());
        if !seen.insert(key(route)) {
            continue;
        }
        let verbs: Vec<&str> = routes.iter().filter(|other| key(other) == key(route)).map(|other| other.verb).collect();
        let group = if route.group.is_empty() { String::new() } else { format!(" of `{}`", route.group) };
        let permission = route.permission.as_ref().map_or("–".to_owned(), |permission| format!("`{permission}`"));
        text += &format!("| `{}`{group} | {} | {permission} |\n", route.resource, verbs.join(", "));
    }
    text
}

#[test]
fn the_table_of_routes_is_that_of_the_sandbox() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sandbox.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(START).expect("the table's start");
    let (_, after) = rest.split_once(END).expect("the table's end");
    let fresh = format!("{before}{START}{}{}{}\n{END}{after}", api_tables(), registry_table(), cluster_table());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text == fresh, "the table of routes is stale: UPDATE=1 cargo test routes");
}
