//! The graph of files: which depends on which, by which items.

use std::collections::BTreeMap;

use crate::declarations::types_of;
use crate::sources::{Sources, SyntaxError};
use crate::tree::Tree;
use crate::visit::names_of;

/// A node: a file, or a folder with what is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub path: String,
    pub crate_name: String,
}

/// The items by which one node depends on another, with the line where each is named first.
pub type Items = BTreeMap<String, String>;

/// Which node depends on which.
#[derive(Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: BTreeMap<(usize, usize), Items>,
}

/// The graph of the files of a workspace, and what else was read with it.
#[derive(Debug)]
pub struct Workspace {
    pub files: Graph,
    /// The names of other people's crates that a file uses, in full.
    pub external: Vec<BTreeMap<String, usize>>,
    /// Files that are a module of nothing.
    pub forgotten: Vec<String>,
}

impl Workspace {
    pub fn read(sources: &Sources) -> Result<Self, SyntaxError> {
        let tree = Tree::read(sources)?;
        let types = types_of(&tree);
        let nodes = tree.files.iter().map(|file| Node { path: file.path.clone(), crate_name: file.crate_name.clone() });
        let mut files = Graph { nodes: nodes.collect(), edges: BTreeMap::new() };
        let mut external = Vec::new();
        for from in 0..tree.files.len() {
            let named = names_of(&tree, &types, from);
            for ((to, item), line) in named.items {
                let place = format!("{}:{line}", tree.files[from].path);
                files.edges.entry((from, to)).or_default().insert(item, place);
            }
            external.push(named.external);
        }
        let forgotten = sources.paths().filter(|path| !tree.reached.contains(*path)).map(str::to_owned).collect();
        Ok(Self { files, external, forgotten })
    }
}

impl Graph {
    /// The part between nodes that fulfil a condition.
    #[must_use]
    pub fn among(&self, keep: impl Fn(&Node) -> bool) -> Self {
        self.grouped(|node| keep(node).then(|| node.path.clone()))
    }

    /// The graph of groups of nodes; a node without a group is left out.
    #[must_use]
    pub fn grouped(&self, group: impl Fn(&Node) -> Option<String>) -> Self {
        let mut graph = Self::default();
        let mut places = BTreeMap::new();
        let mut group_of = |node: &Node| {
            let path = group(node)?;
            Some(*places.entry(path.clone()).or_insert_with(|| {
                graph.nodes.push(Node { path, crate_name: node.crate_name.clone() });
                graph.nodes.len() - 1
            }))
        };
        let groups: Vec<Option<usize>> = self.nodes.iter().map(&mut group_of).collect();
        for (&(from, to), items) in &self.edges {
            let (Some(from), Some(to)) = (groups[from], groups[to]) else { continue };
            if from != to {
                graph.edges.entry((from, to)).or_default().extend(items.clone());
            }
        }
        graph
    }

    /// The children of a folder against each other, each with what lies below it.
    #[must_use]
    pub fn children(&self, folder: &str) -> Self {
        self.grouped(|node| {
            let rest = node.path.strip_prefix(folder)?.strip_prefix('/')?;
            let child = rest.split_once('/').map_or(rest.trim_end_matches(".rs"), |(child, _)| child);
            Some(format!("{folder}/{child}"))
        })
    }

    /// All folders that hold files.
    pub fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = self
            .nodes
            .iter()
            .flat_map(|node| node.path.match_indices('/').map(|(at, _)| node.path.split_at(at).0.to_owned()))
            .collect();
        folders.sort();
        folders.dedup();
        folders
    }
}
