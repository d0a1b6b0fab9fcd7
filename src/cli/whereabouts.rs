//! Where a pod would run, and as whom: what `simulate`, `explain`, `review` and `replay` take alike. What is not given is
//! not known.

use domain::admission::{Fact, Facts, NO_IDENTITY, Request};
use domain::name::ClusterKey;

/// Where a pod would run, and as whom.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Whereabouts {
    /// The cluster, as the policy's rules name it
    #[arg(long, value_name = "LOCATION.NAME")]
    cluster: Option<ClusterKey>,
    /// The namespace: in `simulate` instead of the manifest's, elsewhere where nothing else says it
    #[arg(long, value_name = "NS")]
    namespace: Option<String>,
    /// The Kubernetes service account: in `simulate` instead of the manifest's, elsewhere where nothing else says it
    #[arg(long, value_name = "SA")]
    service_account: Option<String>,
    /// The mesh identity, `[spiffe://]DOMAIN/ns/NS/sa/SA`, or `none`: elsewhere than in `simulate` where nothing else
    /// says it
    #[arg(long, value_name = "ID")]
    service_identity: Option<String>,
}

impl Whereabouts {
    /// A pod of which only this is known.
    pub(super) fn pod(&self) -> Request {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (namespace, account) = (said(&self.namespace), said(&self.service_account));
        let identity = said(&self.service_identity);
        let given = [
            (Fact::Cluster, self.cluster.is_some()),
            (Fact::Namespace, namespace.is_some()),
            (Fact::ServiceAccount, account.is_some()),
            (Fact::ServiceIdentity, identity.is_some()),
        ];
        let given: Facts = given.into_iter().filter(|(_, is_given)| *is_given).map(|(fact, _)| fact).collect();
        Request {
            cluster: self.cluster.as_ref().map(ToString::to_string),
            namespace: namespace.unwrap_or_default(),
            service_account: account.unwrap_or_default(),
            service_identity: identity.filter(|identity| identity != NO_IDENTITY),
            not_known: Facts::of_bare_images().without(given),
            ..Request::default()
        }
    }

    /// The cluster and the namespace, as what is open.
    pub(super) fn clusters(&self) -> Option<Vec<String>> {
        self.cluster.as_ref().map(|cluster| vec![cluster.to_string()])
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref().filter(|namespace| !namespace.is_empty())
    }

    /// Takes what is given instead of what the request says.
    pub(super) fn overwrite(&self, request: &mut Request) {
        let given = self.pod();
        request.not_known |= Facts::of_bare_images().without(given.not_known);
        request.complete(&given);
    }
}
