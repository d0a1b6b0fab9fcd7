//! Who a request is from.

use axum::http::HeaderMap;

use super::failure::Failure;
use super::resources::ResourceKind;
use super::target::Target;
use super::verb::Verb;
use crate::people::Person;

/// The name of who holds the token.
const ADMINISTRATOR: &str = "sandbox@example.com";
const MASTERS: &str = "system:masters";

/// Whom a request is from, impersonation included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) user: String,
    pub(super) groups: Vec<String>,
    /// One of the sandbox's people who is not the owner, and speaks for nobody else.
    pub(super) person: Option<&'static Person>,
    /// Whether it speaks for another user or another group than its own.
    pub(crate) impersonates: bool,
}

impl Caller {
    /// `person` is who holds the token.
    pub(super) fn read(headers: &HeaderMap, person: &'static Person) -> Self {
        let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
        let user = headers.get("impersonate-user").and_then(text);
        let impersonates = headers.keys().any(|name| name.as_str().starts_with("impersonate-"));
        let person = Some(person).filter(|person| !person.is_owner());
        let groups = |user: Option<&str>| {
            let mut groups: Vec<String> = headers.get_all("impersonate-group").iter().filter_map(text).collect();
            let account = user.and_then(|user| user.strip_prefix("system:serviceaccount:"));
            if let Some((namespace, _)) = account.and_then(|account| account.split_once(':')) {
                groups.push("system:serviceaccounts".to_owned());
                groups.push(format!("system:serviceaccounts:{namespace}"));
            }
            groups.push("system:authenticated".to_owned());
            groups
        };
        match (user, person) {
            (Some(user), _) => Self { groups: groups(Some(&user)), user, person: None, impersonates },
            (None, Some(person)) => {
                Self { user: person.email.to_owned(), groups: groups(None), person: Some(person), impersonates }
            }
            (None, None) => Self {
                person: None,
                impersonates,
                user: ADMINISTRATOR.to_owned(),
                groups: vec![MASTERS.to_owned(), "system:authenticated".to_owned()],
            },
        }
    }

    pub(super) fn may_do_everything(&self) -> bool {
        self.groups.iter().any(|group| group == MASTERS)
    }

    /// Fails where the caller has no right to the request. Everybody may ask what it may do.
    pub(super) fn check(&self, target: &Target, verb: Verb) -> Result<(), Failure> {
        let resource = target.resource;
        // Whether one of the people may, was looked at where the request came in.
        if self.may_do_everything() || self.person.is_some() || resource.kind == ResourceKind::Review {
            return Ok(());
        }
        let subresource = target.subresource.map_or(String::new(), |row| format!("/{}", row.name));
        let place = match &target.namespace {
            Some(namespace) => format!("in the namespace {namespace:?}"),
            None => "at the cluster scope".to_owned(),
        };
        let detail = format!(
            "User {:?} cannot {verb} resource \"{}{subresource}\" in API group {:?} {place}",
            self.user, resource.plural, resource.group
        );
        Err(Failure::forbidden_at(resource, target.name.as_deref(), &detail))
    }
}
