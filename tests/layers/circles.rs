//! Circles in a graph: which nodes stand in one, the shortest way round, and what to cut.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::graph::{Graph, Items};

/// Nodes that all depend on each other: a strongly connected component.
#[derive(Debug)]
pub struct Circle<'a> {
    graph: &'a Graph,
    nodes: BTreeSet<usize>,
    /// How many items are on each edge between the nodes.
    weights: BTreeMap<Edge, i64>,
}

/// An edge of a graph.
type Edge = (usize, usize);

impl<'a> Circle<'a> {
    /// All circles of a graph, the largest first.
    pub fn all(graph: &'a Graph) -> Vec<Self> {
        let mut components = DiGraph::<(), ()>::new();
        let indexes: Vec<_> = graph.nodes.iter().map(|_| components.add_node(())).collect();
        for &(from, to) in graph.edges.keys() {
            components.add_edge(indexes[from], indexes[to], ());
        }
        let mut circles: Vec<Self> = tarjan_scc(&components)
            .into_iter()
            .filter(|component| component.len() > 1)
            .map(|component| Self::of(graph, component.into_iter().map(NodeIndex::index).collect()))
            .collect();
        circles.sort_by_key(|circle| (std::cmp::Reverse(circle.nodes.len()), circle.nodes.first().copied()));
        circles
    }

    fn of(graph: &'a Graph, nodes: BTreeSet<usize>) -> Self {
        let inside = graph.edges.iter().filter(|((from, to), _)| nodes.contains(from) && nodes.contains(to));
        let weights = inside.map(|(&edge, items)| (edge, i64::try_from(items.len()).unwrap_or(i64::MAX))).collect();
        Self { graph, nodes, weights }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn paths(&self) -> BTreeSet<&'a str> {
        self.nodes.iter().map(|&node| self.graph.nodes[node].path.as_str()).collect()
    }

    pub fn crate_name(&self) -> &'a str {
        self.nodes.first().map_or("", |&node| self.graph.nodes[node].crate_name.as_str())
    }

    /// The module's file if the circle is one module with files of its own folder.
    pub fn within(&self) -> Option<&'a str> {
        let paths = self.paths();
        paths.iter().copied().find(|module| {
            let folder = format!("{}/", module.trim_end_matches(".rs"));
            paths.iter().all(|path| path == module || path.starts_with(&folder))
        })
    }

    /// The shortest way from a node back to itself.
    pub fn shortest(&self) -> Vec<Edge> {
        let ways = self.nodes.iter().filter_map(|&start| self.way_round(start));
        ways.min_by_key(Vec::len).unwrap_or_default()
    }

    fn way_round(&self, start: usize) -> Option<Vec<Edge>> {
        let mut previous = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for (&(_, next), _) in self.weights.range((node, 0)..(node + 1, 0)) {
                if next == start {
                    let mut way = vec![(node, start)];
                    let mut at = node;
                    while let Some(&from) = previous.get(&at) {
                        way.push((from, at));
                        at = from;
                    }
                    way.reverse();
                    return Some(way);
                }
                if let Entry::Vacant(entry) = previous.entry(next) {
                    entry.insert(node);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    fn items(&self, edge: Edge) -> &'a Items {
        &self.graph.edges[&edge]
    }

    /// Edges without which no circle is left, with few items on them: those that point back in a good
    /// order of the nodes. Which order is best of all is a hard question; this one comes near.
    pub fn cuts(&self) -> Vec<Edge> {
        let mut order = self.first_order();
        for _ in 0..50 {
            if !self.improve(&mut order) {
                break;
            }
        }
        let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(place, &node)| (node, place)).collect();
        self.weights.keys().copied().filter(|(from, to)| place[from] > place[to]).collect()
    }

    /// Those first that use much and are used little (Eades, Lin and Smyth, 1993).
    fn first_order(&self) -> Vec<usize> {
        let mut balance: BTreeMap<usize, i64> = self.nodes.iter().map(|&node| (node, 0)).collect();
        for (&(from, to), weight) in &self.weights {
            balance.entry(from).and_modify(|sum| *sum += weight);
            balance.entry(to).and_modify(|sum| *sum -= weight);
        }
        let mut order = Vec::new();
        while let Some(best) = balance.iter().max_by_key(|(_, sum)| **sum).map(|(&node, _)| node) {
            balance.remove(&best);
            order.push(best);
            for (&node, sum) in &mut balance {
                *sum += self.weight((best, node)) - self.weight((node, best));
            }
        }
        order
    }

    fn weight(&self, edge: Edge) -> i64 {
        self.weights.get(&edge).copied().unwrap_or(0)
    }

    /// Moves each node to where the fewest items point back; says whether that helped.
    fn improve(&self, order: &mut Vec<usize>) -> bool {
        let mut helped = false;
        for &node in &self.nodes {
            let Some(old) = order.iter().position(|&other| other == node) else { continue };
            order.remove(old);
            let (mut cost, mut costs) = (0, vec![0]);
            for &other in order.iter() {
                // With `node` behind `other`, what `node` uses of it points back, and what it uses of `node` no more.
                cost += self.weight((node, other)) - self.weight((other, node));
                costs.push(cost);
            }
            let best = (0..costs.len()).min_by_key(|&place| (costs[place], place != old)).unwrap_or(old);
            helped |= costs[best] < costs[old];
            order.insert(best, node);
        }
        helped
    }

    fn write_edge(&self, f: &mut fmt::Formatter<'_>, edge: Edge) -> fmt::Result {
        let name = |node: usize| self.graph.nodes[node].path.as_str();
        let items = self.items(edge);
        let texts: Vec<String> = items
            .iter()
            .map(|(item, place)| match place.strip_prefix(name(edge.0)) {
                Some(line) => format!("{item}{line}"),
                None => format!("{item} {place}"),
            })
            .collect();
        writeln!(f, "    {} -> {} ({})", name(edge.0), name(edge.1), texts.join(", "))
    }
}

impl fmt::Display for Circle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.within().map(|module| format!(", a module with its own children: {module}"));
        writeln!(f, "{}: a circle of {}{}", self.crate_name(), self.len(), within.unwrap_or_default())?;
        for path in self.paths() {
            writeln!(f, "    {path}")?;
        }
        writeln!(f, "  the shortest way round:")?;
        for edge in self.shortest() {
            self.write_edge(f, edge)?;
        }
        let cuts = self.cuts();
        let items: BTreeSet<_> =
            cuts.iter().flat_map(|&edge| self.items(edge).keys().map(move |i| (edge.1, i))).collect();
        writeln!(f, "  open without these {} edges ({} items):", cuts.len(), items.len())?;
        cuts.into_iter().try_for_each(|edge| self.write_edge(f, edge))
    }
}
