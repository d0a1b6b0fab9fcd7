//! Resource Manager v1: projects, their numbers, and who has which role on them.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::json;

use super::decode::{FieldKind, Message, Params};
use super::error::ApiError;
use super::page::Page;
use super::request::{Body, Names};
use super::route::{self, Needs, Row};
use super::state::{State, rfc3339};
use super::{iam, operations};
use domain::name::ProjectId;
use stored::ACTIVE;
pub(super) use stored::{Project, active, find};
use wire::iam::{IamPolicy, TestIamPermissions};
use wire::resources::{Operation, Project as Resource, ProjectList};
use wire::status::Code;

mod stored;

/// The tables of projects.
pub(super) const SCHEMA: &str = "
    CREATE TABLE projects (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        lifecycle_state TEXT NOT NULL,
        create_time TEXT NOT NULL
    ) STRICT;
";

const BODY: Message = Message(&[
    (&["projectId"], FieldKind::Text),
    (&["name"], FieldKind::Text),
    (&["projectNumber"], FieldKind::Any),
    (&["lifecycleState"], FieldKind::Any),
    (&["createTime"], FieldKind::Any),
    (&["labels"], FieldKind::Any),
    (&["tags"], FieldKind::Any),
    (&["parent"], FieldKind::Any),
]);

const DELETE_REQUESTED: &str = "DELETE_REQUESTED";

pub(super) fn rows() -> Vec<Row<State>> {
    const V1: &[&str] = &["v1"];
    const ALL: &str = "projects";
    const ONE: &str = "projects/{project}";
    vec![
        route::get(V1, ALL, Needs::Visible).by(list),
        route::post(V1, ALL, Needs::Everywhere("resourcemanager.projects.create")).body(&BODY, "project").by(create),
        route::get(V1, ONE, Needs::On("resourcemanager.projects.get", ONE)).by(read),
        route::delete(V1, ONE, Needs::On("resourcemanager.projects.delete", ONE)).by(delete),
        route::post(V1, ONE, Needs::On("resourcemanager.projects.undelete", ONE)).verb("undelete").by(undelete),
        route::post(V1, ONE, Needs::On("resourcemanager.projects.getIamPolicy", ONE))
            .verb("getIamPolicy")
            .body(&iam::GET, "")
            .by(get_iam_policy),
        route::post(V1, ONE, Needs::On("resourcemanager.projects.setIamPolicy", ONE))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(set_iam_policy),
        route::post(V1, ONE, Needs::Tested(ONE))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(test_iam_permissions),
    ]
}

/// What Resource Manager says of a project that is not there: no more than that it may not be.
fn readable(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    find(tx, key)?.ok_or_else(|| ApiError::new(Code::PermissionDenied, "The caller does not have permission"))
}

async fn list(Shared(state): Shared<State>, params: Params) -> Result<Json<ProjectList>, ApiError> {
    let page = Page::from_params(&params, 500, 1000)?;
    let filter = Filter::parse(params.get("filter").unwrap_or_default())?;
    state.store.read(move |tx| list_page(tx, page, &filter)).await.map(Json)
}

fn list_page(tx: &Transaction<'_>, page: Page, filter: &Filter) -> Result<ProjectList, ApiError> {
    let mut statement = tx.prepare_cached(
        "SELECT number, id, name, lifecycle_state, create_time FROM projects WHERE number > ?1 ORDER BY number",
    )?;
    let mut rows = Vec::new();
    for project in statement.query_map([page.after], Project::from_row)? {
        let project = project?;
        if filter.accepts(&project) {
            rows.push((project.number, Resource::from(project)));
        }
        if rows.len() > page.size {
            break;
        }
    }
    let (projects, next_page_token) = page.cut(rows);
    Ok(ProjectList { projects, next_page_token })
}

/// `lifecycleState:ACTIVE id:x`, as far as gcloud sends it: terms that all have to hold, compared
/// without regard to case, `*` at the end for any rest.
#[derive(Debug, Default)]
struct Filter(Vec<(String, String)>);

impl Filter {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let terms = text.split_whitespace().filter(|word| !word.eq_ignore_ascii_case("and"));
        let term = |term: &str| {
            let (field, value) = term.split_once([':', '='])?;
            let known = ["lifecycleState", "id", "projectId", "name", "projectNumber"].contains(&field);
            known.then(|| (field.to_owned(), value.trim_matches('"').to_lowercase()))
        };
        let terms: Option<_> = terms.map(term).collect();
        terms.map(Self).ok_or_else(|| ApiError::invalid_field("filter", "Field [filter] has issue [invalid filter]"))
    }

    fn accepts(&self, project: &Project) -> bool {
        self.0.iter().all(|(field, wanted)| {
            let found = match field.as_str() {
                "lifecycleState" => project.lifecycle_state.to_lowercase(),
                "projectNumber" => project.number.to_string(),
                "name" => project.name.to_lowercase(),
                _ => project.id.clone(),
            };
            wanted.strip_suffix('*').map_or_else(|| found == *wanted, |prefix| found.starts_with(prefix))
        })
    }
}

async fn read(Shared(state): Shared<State>, Names(key): Names<String>) -> Result<Json<Resource>, ApiError> {
    state.store.read(move |tx| readable(tx, &key)).await.map(|project| Json(project.into()))
}

async fn create(Shared(state): Shared<State>, body: Body) -> Result<Json<Operation>, ApiError> {
    let wanted: Resource = body.typed()?;
    let id: ProjectId = wanted.project_id.parse().map_err(|error| {
        let message = format!("field [project_id] has issue [project_id contains invalid characters: {error}]");
        ApiError::invalid_field("project.project_id", message)
    })?;
    let now = rfc3339(state.clock.now());
    state.store.write(move |tx| create_in(tx, id.as_str(), wanted.name, now)).await.map(Json)
}

fn create_in(tx: &Transaction<'_>, id: &str, name: String, create_time: String) -> Result<Operation, ApiError> {
    if find(tx, id)?.is_some() {
        return Err(ApiError::already_exists());
    }
    let project = Project {
        id: id.to_owned(),
        number: free_number(tx)?,
        name: if name.is_empty() { id.to_owned() } else { name },
        lifecycle_state: ACTIVE.to_owned(),
        create_time,
    };
    tx.execute(
        "INSERT INTO projects (number, id, name, lifecycle_state, create_time) VALUES (?1, ?2, ?3, ?4, ?5)",
        (project.number, &project.id, &project.name, &project.lifecycle_state, &project.create_time),
    )?;
    let mut response = serde_json::to_value(Resource::from(project))?;
    response["@type"] = json!("type.googleapis.com/google.cloudresourcemanager.v1.Project");
    Ok(operations::begin(tx, "cp", &response)?)
}

/// Twelve digits that no project has yet.
fn free_number(tx: &Transaction<'_>) -> Result<i64, ApiError> {
    loop {
        let random = uuid::Uuid::new_v4().as_u128() % 900_000_000_000;
        let number = 100_000_000_000 + i64::try_from(random).unwrap_or(0);
        if find(tx, &number.to_string())?.is_none() {
            return Ok(number);
        }
    }
}

async fn delete(Shared(state): Shared<State>, Names(key): Names<String>) -> Result<Json<serde_json::Value>, ApiError> {
    move_to(&state, key, ACTIVE, DELETE_REQUESTED).await
}

async fn undelete(
    Shared(state): Shared<State>,
    Names(key): Names<String>,
) -> Result<Json<serde_json::Value>, ApiError> {
    move_to(&state, key, DELETE_REQUESTED, ACTIVE).await
}

/// As in the cloud, a deleted project keeps its id and its contents, and can be brought back.
async fn move_to(
    state: &State,
    key: String,
    from: &'static str,
    to: &'static str,
) -> Result<Json<serde_json::Value>, ApiError> {
    let write = move |tx: &Transaction<'_>| {
        let project = readable(tx, &key)?;
        if project.lifecycle_state != from {
            let message = format!("Project {} is not in the state {from}.", project.id);
            return Err(ApiError::new(Code::FailedPrecondition, message));
        }
        tx.execute("UPDATE projects SET lifecycle_state = ?1 WHERE number = ?2", (to, project.number))?;
        Ok(Json(json!({})))
    };
    state.store.write(write).await
}

async fn get_iam_policy(Shared(state): Shared<State>, Names(key): Names<String>) -> Result<Json<IamPolicy>, ApiError> {
    state.store.read(move |tx| Ok::<_, ApiError>(iam::get(tx, &readable(tx, &key)?.resource())?)).await.map(Json)
}

async fn set_iam_policy(
    Shared(state): Shared<State>,
    Names(key): Names<String>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    state.store.write(move |tx| iam::set(tx, &readable(tx, &key)?.resource(), wanted)).await.map(Json)
}

async fn test_iam_permissions(body: Body) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(body).map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_gcloud() {
        let project = Project {
            id: "codelab-2018".into(),
            number: 7,
            name: "The Codelab".into(),
            lifecycle_state: ACTIVE.into(),
            create_time: String::new(),
        };
        for good in ["", "lifecycleState:ACTIVE", "lifecycleState=ACTIVE AND id:code*", "projectNumber=7"] {
            assert!(Filter::parse(good).unwrap().accepts(&project), "{good}");
        }
        for other in ["lifecycleState:DELETE_REQUESTED", "id:other", "id:code"] {
            assert!(!Filter::parse(other).unwrap().accepts(&project), "{other}");
        }
        assert!(Filter::parse("labels.x:y").is_err());
    }
}
