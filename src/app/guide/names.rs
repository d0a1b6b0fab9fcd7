//! The names of the session that the commands of a step are filled with.

use crate::model::Model;
use codelab::names::Names;

impl Model {
    /// The names that the commands of a step are filled with.
    pub fn codelab_names(&self) -> Names {
        let session = &self.session;
        let fingerprint = session.remotes.keys.items().iter().find(|key| key.can_sign);
        Names {
            project: session.project.as_ref().map(ToString::to_string).unwrap_or_default(),
            number: session.project_info().map(|project| project.number.clone()).unwrap_or_default(),
            digest: session
                .image
                .as_ref()
                .and_then(|image| image.digest())
                .map(ToString::to_string)
                .unwrap_or_default(),
            fingerprint: fingerprint.map(|key| key.fingerprint.clone()).unwrap_or_default(),
            work_directory: session.remotes.work.value().map(|work| work.directory.path.clone()).unwrap_or_default(),
        }
    }
}
