//! Finds the route of a request: a tree of the segments of all paths, so that finding one costs as much as
//! the path is long, however many there are.

use std::borrow::Cow;

use super::{BoundRow, name_of};
use crate::request::address::Address;
use crate::request::grammar::Grammar;

/// The routes of one API, or of all.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Entry>,
    root: Node,
}

#[derive(Debug)]
struct Entry {
    row: BoundRow,
    grammars: Vec<Grammar>,
}

#[derive(Debug, Default)]
struct Node {
    texts: Vec<(&'static str, Node)>,
    /// What follows a segment that is a name.
    name: Option<Box<Node>>,
    /// The rows whose path ends here, in the version that it begins with.
    rows: Vec<usize>,
}

/// The route of a request, and what its path says.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) row: &'a BoundRow,
    pub(crate) version: &'static str,
    pub(crate) segments: Vec<String>,
    pub(crate) names: Vec<String>,
}

impl Table {
    /// Of two rows with the same path the one counts first that stands first.
    pub(crate) fn new(rows: impl IntoIterator<Item = BoundRow>) -> Self {
        let mut table = Self::default();
        for row in rows {
            let place = table.rows.len();
            for version in row.route.versions {
                let node = row.route.path.split('/').fold(table.root.below(version), Node::below);
                node.rows.push(place);
            }
            table.rows.push(Entry { grammars: row.route.grammars(), row });
        }
        table
    }

    /// The route of a method and an address; none where there is no such method.
    pub(crate) fn find(&self, method: &str, address: Address<'_>) -> Option<Found<'_>> {
        let Address { mut segments, split } = address;
        if let Some((last, verb)) = split {
            let whole = std::mem::replace(segments.last_mut()?, last);
            if let Some(matched) = self.row(method, &segments, verb) {
                return Some(matched.found(segments));
            }
            *segments.last_mut()? = whole;
        }
        let matched = self.row(method, &segments, "")?;
        Some(matched.found(segments))
    }

    /// The row of a path, its version, and which of the segments behind it are names.
    fn row(&self, method: &str, segments: &[Cow<'_, str>], verb: &str) -> Option<Matched<'_>> {
        let (version, rest) = segments.split_first()?;
        let (version, mut node) = self.root.text(version)?;
        let mut names = Vec::new();
        for (at, segment) in rest.iter().enumerate() {
            node = if let Some((_, node)) = node.text(segment) {
                node
            } else {
                names.push(at);
                node.name.as_deref()?
            };
        }
        let accepts = |entry: &&Entry| {
            let route = &entry.row.route;
            let texts = names.iter().filter_map(|at| rest.get(*at));
            route.method == method
                && route.verb == verb
                && entry.grammars.iter().zip(texts).all(|(grammar, text)| grammar.accepts(text))
        };
        let entry = node.rows.iter().filter_map(|place| self.rows.get(*place)).find(accepts)?;
        Some(Matched { row: &entry.row, version, names })
    }
}

/// A row whose path a request has.
struct Matched<'a> {
    row: &'a BoundRow,
    version: &'static str,
    names: Vec<usize>,
}

impl<'a> Matched<'a> {
    fn found(self, segments: Vec<Cow<'_, str>>) -> Found<'a> {
        let segments: Vec<String> = segments.into_iter().skip(1).map(Cow::into_owned).collect();
        let names = self.names.into_iter().filter_map(|at| segments.get(at).cloned()).collect();
        Found { row: self.row, version: self.version, segments, names }
    }
}

impl Node {
    /// What follows this very segment.
    fn text(&self, segment: &str) -> Option<(&'static str, &Self)> {
        self.texts.iter().find(|(text, _)| *text == segment).map(|(text, node)| (*text, node))
    }

    fn below(&mut self, segment: &'static str) -> &mut Self {
        if name_of(segment).is_some() {
            return self.name.get_or_insert_default();
        }
        if !self.texts.iter().any(|(text, _)| *text == segment) {
            self.texts.push((segment, Self::default()));
        }
        let found = self.texts.iter_mut().find(|(text, _)| *text == segment);
        found.map(|(_, node)| node).expect("it was put there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{Needs, Row, get, post, with_state};

    async fn handler() {}

    fn table() -> Table {
        const V1: &[&str] = &["v1", "v1beta1"];
        let rows: Vec<Row<()>> = vec![
            get(V1, "projects", Needs::Nothing).by(handler),
            get(V1, "projects/{project}", Needs::Nothing).by(handler),
            post(V1, "projects/{project}", Needs::Nothing).verb("setIamPolicy").by(handler),
            post(V1, "projects/{project}", Needs::Nothing).verb("undelete").by(handler),
            get(V1, "projects/{project}/packages/{package}", Needs::Nothing).by(handler),
            get(V1, "projects/{project}/operations/{other_operation}", Needs::Nothing).verb("first").by(handler),
            get(V1, "projects/{project}/operations/{other_operation}", Needs::Nothing).by(handler),
            get(&["v1"], "projects/{project}/operations/{operation}", Needs::Nothing).by(handler),
        ];
        Table::new(with_state(rows, &()))
    }

    #[rstest::rstest]
    #[case("GET", "/v1/projects", &[])]
    #[case("GET", "/v1/projects/lab-1", &["lab-1"])]
    #[case("GET", "/v1beta1/projects/lab%2D1", &["lab-1"])]
    #[case("POST", "/v1/projects/lab-1:setIamPolicy", &["lab-1"])]
    #[case("POST", "/v1/projects/example.com:lab-1:setIamPolicy", &["example.com:lab-1"])]
    #[case("GET", "/v1/projects/example.com:lab-1", &["example.com:lab-1"])]
    // A project may be called as a method is, where its path has no such method.
    #[case("GET", "/v1/projects/example.com:undelete", &["example.com:undelete"])]
    #[case("GET", "/v1/projects/p/packages/team%2Fapp", &["p", "team/app"])]
    #[case("GET", "/v1/projects/p/operations/operation-1", &["p", "operation-1"])]
    fn found(#[case] method: &str, #[case] path: &str, #[case] names: &[&str]) {
        let table = table();
        let found = table.find(method, Address::parse(path).unwrap()).unwrap();
        assert_eq!(found.names, names);
    }

    #[rstest::rstest]
    #[case("POST", "/v1/projects/lab-1")]
    #[case("GET", "/v1/projects/lab-1:setIamPolicy")]
    #[case("POST", "/v1/projects/lab-1/@setIamPolicy")]
    #[case("POST", "/v1/projects/lab-1/setIamPolicy")]
    #[case("POST", "/v1/projects/lab-1%3AsetIamPolicy")]
    #[case("POST", "/v1/projects/:setIamPolicy")]
    #[case("POST", "/v1/projects/lab-1:setIamPolicy:undelete")]
    #[case("GET", "/v1/projects/a%2Fb")]
    #[case("GET", "/v2/projects")]
    #[case("GET", "/v1")]
    #[case("GET", "/projects")]
    #[case("HEAD", "/v1/projects")]
    #[case("GET", "/v1/projects/p/packages")]
    #[case("GET", "/v1beta1/projects/p/operations/operation-1")]
    fn no_method(#[case] method: &str, #[case] path: &str) {
        assert!(table().find(method, Address::parse(path).unwrap()).is_none());
    }
}
