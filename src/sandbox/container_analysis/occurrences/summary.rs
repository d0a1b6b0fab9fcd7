//! `occurrences:vulnerabilitySummary` (`VulnerabilityOccurrencesSummary`): how many vulnerabilities of
//! each severity a resource has, and how many of them can be fixed.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::types::Value as Sql;
use rusqlite::{Transaction, params_from_iter};
use serde_json::{Value, json};

use super::stored::{COLUMNS, StoredOccurrence};
use crate::container_analysis::filter::{Columns, Filter};
use crate::container_analysis::version::Version;
use crate::decode::Params;
use crate::error::ApiError;
use crate::request::Names;
use crate::services::{self, CONTAINER_ANALYSIS};
use crate::state::State;

/// Fixable ones and all, by resource and severity.
type Counts = BTreeMap<(String, String), (u64, u64)>;

pub(in super::super) async fn summary(
    Shared(state): Shared<State>,
    version: Version,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let filter = Filter::parse(params.get("filter").unwrap_or_default())?;
    let counts = state.store.read(move |tx| count(tx, &project, &filter)).await?;
    let each = |((resource, severity), (fixable, total)): ((String, String), (u64, u64))| {
        let mut count = version.occurrence(json!({"resourceUri": resource}));
        count["severity"] = severity.into();
        count["fixableCount"] = fixable.to_string().into();
        count["totalCount"] = total.to_string().into();
        count
    };
    let counts: Vec<Value> = counts.into_iter().map(each).collect();
    Ok(Json(if counts.is_empty() { json!({}) } else { json!({"counts": counts}) }))
}

fn count(tx: &Transaction<'_>, project: &str, filter: &Filter) -> Result<Counts, ApiError> {
    let project = services::consumer(tx, project, CONTAINER_ANALYSIS)?.id;
    let mut parameters: Vec<Sql> = vec![project.into()];
    let conditions = filter.sql(Columns::Occurrences, &mut parameters);
    let sql = format!("{COLUMNS} WHERE project = ?1 AND kind = 'VULNERABILITY'{conditions}");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut counts = Counts::new();
    for row in statement.query_map(params_from_iter(parameters), StoredOccurrence::from_row)? {
        let StoredOccurrence { resource_uri, body, .. } = row?;
        let found = &body["vulnerability"];
        let severity = ["effectiveSeverity", "severity"].iter().find_map(|field| found[*field].as_str());
        let severity = severity.unwrap_or("SEVERITY_UNSPECIFIED").to_owned();
        let (fixable, total) = counts.entry((resource_uri, severity)).or_default();
        *total += 1;
        *fixable += u64::from(found["fixAvailable"] == true);
    }
    Ok(counts)
}
