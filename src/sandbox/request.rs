//! A request to one of Google's APIs, read once: what its path names, its query and its body are decoded
//! here, and access rules and handlers have these very values, never the text that they came from.
//!
//! The address is taken apart by [`address`], the ids in it have to be of the grammar of their place
//! ([`grammar`]), the body becomes a [`Decoded`] by the table of its route. Handlers take what they need
//! of it as arguments: [`Names`], [`Body`], [`Params`] and the [`Caller`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::decode::Params;
use super::error::ApiError;
use super::people::Person;
use domain::platform_policy::PlatformPolicy;
use domain::policy::Policy;

pub(super) mod address;
pub(super) mod grammar;

/// What a body says.
#[derive(Debug, Clone, Default)]
pub(super) enum Decoded {
    /// There is none, or the method does not look at it.
    #[default]
    Nothing,
    /// Checked against the table of its fields, in one form ([`crate::decode`]).
    Message(Value),
    Policy(Box<Policy>),
    PlatformPolicy(Box<PlatformPolicy>),
}

impl Decoded {
    /// The message; null where the body is none.
    pub(super) fn message(&self) -> &Value {
        match self {
            Self::Message(value) => value,
            _ => &Value::Null,
        }
    }
}

/// A request whose route is known.
#[derive(Debug, Clone)]
pub(super) struct ApiRequest {
    /// `v1`, `v1beta1`, …
    pub(super) version: &'static str,
    /// The decoded segments of the path behind the version.
    pub(super) segments: Vec<String>,
    /// Those of them that the route's path has names for, in order.
    pub(super) names: Vec<String>,
    pub(super) params: Params,
    pub(super) body: Decoded,
    pub(super) caller: &'static Person,
}

impl ApiRequest {
    /// The name of the resource that the first segments of the path are.
    pub(super) fn resource(&self, segments: usize) -> String {
        self.segments.get(..segments).unwrap_or(&self.segments).join("/")
    }
}

/// The request that a handler is called for.
fn of(parts: &mut Parts) -> Result<&mut ApiRequest, ApiError> {
    let found = parts.extensions.get_mut::<ApiRequest>();
    found.ok_or_else(|| ApiError::invalid("The sandbox lost the request."))
}

/// The ids in the path, decoded, in its order.
pub(super) struct Names<T>(pub(super) T);

/// As many texts as a path has names.
pub(super) trait FromNames: Sized {
    fn from_names(names: Vec<String>) -> Option<Self>;
}

impl FromNames for String {
    fn from_names(names: Vec<String>) -> Option<Self> {
        let [one]: [Self; 1] = names.try_into().ok()?;
        Some(one)
    }
}

macro_rules! from_names {
    ($($one:ident),+) => {
        impl FromNames for ($(from_names!(@ $one)),+) {
            fn from_names(names: Vec<String>) -> Option<Self> {
                let [$($one),+]: [String; [$(stringify!($one)),+].len()] = names.try_into().ok()?;
                Some(($($one),+))
            }
        }
    };
    (@ $one:ident) => { String };
}
from_names!(a, b);
from_names!(a, b, c);
from_names!(a, b, c, d);
from_names!(a, b, c, d, e);

impl<T: FromNames, S: Send + Sync> FromRequestParts<S> for Names<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let names = std::mem::take(&mut of(parts)?.names);
        T::from_names(names).map(Self).ok_or_else(|| ApiError::invalid("The sandbox lost the names of the request."))
    }
}

/// What the body says.
pub(super) struct Body(pub(super) Decoded);

impl Body {
    /// The message of a route whose body has a table of fields.
    pub(super) fn value(self) -> Value {
        match self.0 {
            Decoded::Message(value) => value,
            _ => Value::Null,
        }
    }

    /// [`Self::value`] as one of the wire's types.
    pub(super) fn typed<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        crate::decode::typed(self.value())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Body {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(std::mem::take(&mut of(parts)?.body)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(std::mem::take(&mut of(parts)?.params))
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller(pub(super) &'static Person);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(of(parts)?.caller))
    }
}

/// The version of the API that was asked: `v1`.
#[derive(Debug, Clone, Copy)]
pub(super) struct ApiVersion(pub(super) &'static str);

impl<S: Send + Sync> FromRequestParts<S> for ApiVersion {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(of(parts)?.version))
    }
}
