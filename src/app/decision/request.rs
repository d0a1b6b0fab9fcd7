//! The pod that every tab is about: who asks to be admitted, with which images.
//!
//! [`Session::ask`] is the one way to set a whole request; [`Session::choose`] sets one image and
//! keeps for whom it is asked. Uses the session and the domain.

use crate::decision::subject::Subject;
use crate::session::Session;
use domain::admission::{Enforcement, Fact, Facts, Request, RequestImage};
use domain::image::ImageRef;

impl Session {
    /// Makes this pod the one that every tab is about: all its images, and for whom. The first of its
    /// images that is a reference becomes the chosen one. Without a cluster of its own it is asked in
    /// the chosen one; whether anything is enforced there is looked up, not taken from the request.
    pub fn ask(&mut self, request: Request) {
        self.subject = Subject::from_request(&request);
        if self.subject.cluster == self.cluster_key() {
            self.subject.cluster = None;
        }
        self.image = request.images.iter().find_map(|image| image.image.parse().ok());
        self.images = request.images;
        self.workload = None;
    }

    /// Makes this pod the one that every tab is about, as a text told of it: where the text does not say in which cluster
    /// it was, that is not known, whatever is open.
    pub(crate) fn ask_as_told(&mut self, request: Request) {
        let is_cluster_known = request.knows(Fact::Cluster);
        self.ask(request);
        if !is_cluster_known {
            self.subject.not_known.insert(Fact::Cluster);
        }
    }

    /// Makes this image the chosen one. A pod that has it stays asked about as a whole; otherwise the
    /// pod consists of this image alone.
    pub fn choose(&mut self, image: ImageRef) {
        if !holds(&self.images, &image) {
            self.images.clear();
            self.workload = None;
        }
        self.image = Some(image);
    }

    /// No image is chosen any more.
    pub fn leave_image(&mut self) {
        self.image = None;
        self.images.clear();
        self.workload = None;
    }

    /// The images of the pod that is asked about: none while none is chosen.
    pub fn images(&self) -> Vec<RequestImage> {
        match &self.image {
            Some(image) if holds(&self.images, image) => self.images.clone(),
            Some(image) => vec![RequestImage { image: image.as_str().to_owned(), ..RequestImage::default() }],
            // A pod of which no image is a reference: it is decided about like any other.
            None if self.images.iter().all(|image| image.image.parse::<ImageRef>().is_err()) => self.images.clone(),
            None => Vec::new(),
        }
    }

    /// The pod that is asked about; `None` while no image is chosen.
    pub fn request(&self) -> Option<Request> {
        let images = self.images();
        (!images.is_empty()).then(|| Request { images, ..self.pod() })
    }

    /// The request without images.
    pub fn pod(&self) -> Request {
        let subject = &self.subject;
        let map = |pairs: &[(String, String)]| pairs.iter().cloned().collect();
        let here = self.in_cluster();
        let (cluster, enforcement) = match &subject.cluster {
            Some(cluster) => (Some(cluster.clone()), self.enforcement_of(cluster)),
            None if subject.not_known.contains(Fact::Cluster) => (None, Enforcement::On),
            None => (here.cluster, here.enforcement),
        };
        let mut not_known = subject.not_known;
        if cluster.is_none() {
            not_known.insert(Fact::Cluster);
        }
        let said = |fact, text: &String| subject.said(fact, text).unwrap_or_default().to_owned();
        Request {
            not_known,
            platform: subject.platform,
            enforcement,
            name: subject.name.clone(),
            cluster,
            namespace: said(Fact::Namespace, &subject.namespace),
            service_account: said(Fact::ServiceAccount, &subject.service_account),
            service_identity: Some(subject.service_identity.clone()).filter(|id| !id.is_empty()),
            labels: map(&subject.labels),
            annotations: map(&subject.annotations),
            owner: subject.owner.clone(),
            images: Vec::new(),
        }
    }

    /// A pod of the chosen cluster, of which nothing else is known.
    pub fn in_cluster(&self) -> Request {
        let cluster = self.cluster_key();
        let enforcement = cluster.as_deref().map_or(Enforcement::On, |cluster| self.enforcement_of(cluster));
        let mut not_known = Facts::of_bare_images();
        if cluster.is_some() {
            not_known.remove(Fact::Cluster);
        }
        Request { enforcement, cluster, not_known, ..Request::default() }
    }

    /// The chosen cluster as the policy's rules name it.
    pub fn cluster_key(&self) -> Option<String> {
        self.cluster.as_ref().map(ToString::to_string)
    }

    /// What is known of a cluster; one that is not known is taken to enforce the policy.
    pub(crate) fn enforcement_of(&self, key: &str) -> Enforcement {
        let known = self.remotes.clusters.items().iter().find(|c| format!("{}.{}", c.location, c.name) == key);
        if known.is_some_and(|cluster| !cluster.enforced) { Enforcement::Off } else { Enforcement::On }
    }
}

fn holds(images: &[RequestImage], chosen: &ImageRef) -> bool {
    images.iter().any(|image| image.image == chosen.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> RequestImage {
        RequestImage { image: text.into(), container: text.into(), ..RequestImage::default() }
    }

    fn asked(session: &Session) -> Vec<String> {
        session.request().into_iter().flat_map(|request| request.images).map(|image| image.image).collect()
    }

    #[test]
    fn a_request_is_asked_about_as_a_whole() {
        let mut session = Session { cluster: "us-east1.a".parse().ok(), ..Session::default() };
        let request = Request {
            cluster: Some("us-east1.a".into()),
            namespace: "prod".into(),
            images: vec![image("Not A Reference"), image("gcr.io/p/a:1"), image("gcr.io/p/b:1")],
            ..Request::default()
        };
        session.ask(request.clone());
        assert_eq!(session.image.as_ref().map(ImageRef::as_str), Some("gcr.io/p/a:1"));
        assert_eq!(session.subject.cluster, None);
        assert_eq!(session.request(), Some(Request { service_account: "default".into(), ..request }));
        session.choose("gcr.io/p/b:1".parse().unwrap());
        assert_eq!(asked(&session).len(), 3, "it is an image of the pod");
        session.choose("gcr.io/p/c:1".parse().unwrap());
        assert_eq!(asked(&session), ["gcr.io/p/c:1"]);
        assert_eq!(session.subject.namespace, "prod");
    }

    #[test]
    fn a_pod_without_any_reference_is_asked_about_too() {
        let mut session = Session::default();
        session.ask(Request { images: vec![image("UPPER")], ..Request::default() });
        assert_eq!((session.image.clone(), asked(&session)), (None, vec!["UPPER".to_owned()]));
        session.leave_image();
        assert_eq!(session.request(), None);
    }

    #[test]
    fn another_cluster_is_kept() {
        let mut session = Session { cluster: "us-east1.a".parse().ok(), ..Session::default() };
        session.ask(Request { cluster: Some("eu.b".into()), images: vec![image("a")], ..Request::default() });
        assert_eq!(session.request().and_then(|request| request.cluster).as_deref(), Some("eu.b"));
        session.ask(Request { images: vec![image("a")], ..Request::default() });
        assert_eq!(session.request().and_then(|request| request.cluster).as_deref(), Some("us-east1.a"));
    }
}
