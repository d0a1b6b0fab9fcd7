//! The messages that kubectl sends as tables of field numbers (kubernetes, `generated.proto` of the
//! API groups).

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    Text,
    Integer,
    Flag,
    Message(&'static Message),
    /// A map of texts.
    Texts,
    /// `IntOrString`.
    IntOrText,
    /// What clients send and servers ignore.
    Ignored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    One,
    Many,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u64,
    pub(super) name: &'static str,
    pub(super) type_: Type,
    pub(super) count: Count,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

const fn one(number: u64, name: &'static str, type_: Type) -> Field {
    Field { number, name, type_, count: Count::One }
}

const fn many(number: u64, name: &'static str, type_: Type) -> Field {
    Field { number, name, type_, count: Count::Many }
}

pub(super) static OBJECT_META: Message = Message {
    name: "ObjectMeta",
    fields: &[
        one(1, "name", Type::Text),
        one(2, "generateName", Type::Text),
        one(3, "namespace", Type::Text),
        one(4, "selfLink", Type::Ignored),
        one(5, "uid", Type::Ignored),
        one(6, "resourceVersion", Type::Text),
        one(7, "generation", Type::Ignored),
        one(8, "creationTimestamp", Type::Ignored),
        one(11, "labels", Type::Texts),
        one(12, "annotations", Type::Texts),
        many(13, "ownerReferences", Type::Message(&OWNER)),
    ],
};

static OWNER: Message = Message {
    name: "OwnerReference",
    fields: &[
        one(1, "kind", Type::Text),
        one(3, "name", Type::Text),
        one(4, "uid", Type::Text),
        one(5, "apiVersion", Type::Text),
        one(6, "controller", Type::Flag),
        one(7, "blockOwnerDeletion", Type::Flag),
    ],
};

static REQUIREMENT: Message = Message {
    name: "LabelSelectorRequirement",
    fields: &[one(1, "key", Type::Text), one(2, "operator", Type::Text), many(3, "values", Type::Text)],
};

static LABEL_SELECTOR: Message = Message {
    name: "LabelSelector",
    fields: &[one(1, "matchLabels", Type::Texts), many(2, "matchExpressions", Type::Message(&REQUIREMENT))],
};

static PORT: Message = Message {
    name: "ContainerPort",
    fields: &[
        one(1, "name", Type::Text),
        one(2, "hostPort", Type::Integer),
        one(3, "containerPort", Type::Integer),
        one(4, "protocol", Type::Text),
        one(5, "hostIP", Type::Text),
    ],
};

static ENV_VAR: Message =
    Message { name: "EnvVar", fields: &[one(1, "name", Type::Text), one(2, "value", Type::Text)] };

static CONTAINER: Message = Message {
    name: "Container",
    fields: &[
        one(1, "name", Type::Text),
        one(2, "image", Type::Text),
        many(3, "command", Type::Text),
        many(4, "args", Type::Text),
        one(5, "workingDir", Type::Text),
        many(6, "ports", Type::Message(&PORT)),
        many(7, "env", Type::Message(&ENV_VAR)),
        one(13, "terminationMessagePath", Type::Text),
        one(14, "imagePullPolicy", Type::Text),
        one(16, "stdin", Type::Flag),
        one(17, "stdinOnce", Type::Flag),
        one(18, "tty", Type::Flag),
        one(20, "terminationMessagePolicy", Type::Text),
        one(24, "restartPolicy", Type::Text),
    ],
};

static POD_SPEC: Message = Message {
    name: "PodSpec",
    fields: &[
        many(2, "containers", Type::Message(&CONTAINER)),
        one(3, "restartPolicy", Type::Text),
        one(4, "terminationGracePeriodSeconds", Type::Integer),
        one(5, "activeDeadlineSeconds", Type::Integer),
        one(6, "dnsPolicy", Type::Text),
        one(7, "nodeSelector", Type::Texts),
        one(8, "serviceAccountName", Type::Text),
        one(9, "serviceAccount", Type::Text),
        one(19, "schedulerName", Type::Text),
        many(20, "initContainers", Type::Message(&CONTAINER)),
    ],
};

static POD_TEMPLATE: Message = Message {
    name: "PodTemplateSpec",
    fields: &[one(1, "metadata", Type::Message(&OBJECT_META)), one(2, "spec", Type::Message(&POD_SPEC))],
};

static ROLLING_UPDATE: Message = Message {
    name: "RollingUpdateDeployment",
    fields: &[one(1, "maxUnavailable", Type::IntOrText), one(2, "maxSurge", Type::IntOrText)],
};

static STRATEGY: Message = Message {
    name: "DeploymentStrategy",
    fields: &[one(1, "type", Type::Text), one(2, "rollingUpdate", Type::Message(&ROLLING_UPDATE))],
};

static DEPLOYMENT_SPEC: Message = Message {
    name: "DeploymentSpec",
    fields: &[
        one(1, "replicas", Type::Integer),
        one(2, "selector", Type::Message(&LABEL_SELECTOR)),
        one(3, "template", Type::Message(&POD_TEMPLATE)),
        one(4, "strategy", Type::Message(&STRATEGY)),
        one(5, "minReadySeconds", Type::Integer),
        one(6, "revisionHistoryLimit", Type::Integer),
        one(7, "paused", Type::Flag),
        one(9, "progressDeadlineSeconds", Type::Integer),
    ],
};

static JOB_SPEC: Message = Message {
    name: "JobSpec",
    fields: &[
        one(1, "parallelism", Type::Integer),
        one(2, "completions", Type::Integer),
        one(3, "activeDeadlineSeconds", Type::Integer),
        one(4, "selector", Type::Message(&LABEL_SELECTOR)),
        one(5, "manualSelector", Type::Flag),
        one(6, "template", Type::Message(&POD_TEMPLATE)),
        one(7, "backoffLimit", Type::Integer),
        one(8, "ttlSecondsAfterFinished", Type::Integer),
        one(9, "completionMode", Type::Text),
        one(10, "suspend", Type::Flag),
        one(14, "podReplacementPolicy", Type::Text),
    ],
};

static JOB_TEMPLATE: Message = Message {
    name: "JobTemplateSpec",
    fields: &[one(1, "metadata", Type::Message(&OBJECT_META)), one(2, "spec", Type::Message(&JOB_SPEC))],
};

static CRON_JOB_SPEC: Message = Message {
    name: "CronJobSpec",
    fields: &[
        one(1, "schedule", Type::Text),
        one(2, "startingDeadlineSeconds", Type::Integer),
        one(3, "concurrencyPolicy", Type::Text),
        one(4, "suspend", Type::Flag),
        one(5, "jobTemplate", Type::Message(&JOB_TEMPLATE)),
        one(6, "successfulJobsHistoryLimit", Type::Integer),
        one(7, "failedJobsHistoryLimit", Type::Integer),
        one(8, "timeZone", Type::Text),
    ],
};

static SERVICE_PORT: Message = Message {
    name: "ServicePort",
    fields: &[
        one(1, "name", Type::Text),
        one(2, "protocol", Type::Text),
        one(3, "port", Type::Integer),
        one(4, "targetPort", Type::IntOrText),
        one(5, "nodePort", Type::Integer),
        one(6, "appProtocol", Type::Text),
    ],
};

static SERVICE_SPEC: Message = Message {
    name: "ServiceSpec",
    fields: &[
        many(1, "ports", Type::Message(&SERVICE_PORT)),
        one(2, "selector", Type::Texts),
        one(3, "clusterIP", Type::Text),
        one(4, "type", Type::Text),
        one(7, "sessionAffinity", Type::Text),
        one(10, "externalName", Type::Text),
        one(11, "externalTrafficPolicy", Type::Text),
    ],
};

static RESOURCE_ATTRIBUTES: Message = Message {
    name: "ResourceAttributes",
    fields: &[
        one(1, "namespace", Type::Text),
        one(2, "verb", Type::Text),
        one(3, "group", Type::Text),
        one(4, "version", Type::Text),
        one(5, "resource", Type::Text),
        one(6, "subresource", Type::Text),
        one(7, "name", Type::Text),
    ],
};

static ACCESS: Message = Message {
    name: "SelfSubjectAccessReviewSpec",
    fields: &[
        one(1, "resourceAttributes", Type::Message(&RESOURCE_ATTRIBUTES)),
        one(
            2,
            "nonResourceAttributes",
            Type::Message(&Message {
                name: "NonResourceAttributes",
                fields: &[one(1, "path", Type::Text), one(2, "verb", Type::Text)],
            }),
        ),
    ],
};

static RULES: Message = Message { name: "SelfSubjectRulesReviewSpec", fields: &[one(1, "namespace", Type::Text)] };

/// The kinds that are taken, each with its version and the type of its `spec`, which is field 2
/// everywhere; `metadata` is field 1 and `status` 3.
pub(super) static KINDS: [(&str, &str, Option<Type>); 9] = [
    ("apps/v1", "Deployment", Some(Type::Message(&DEPLOYMENT_SPEC))),
    ("batch/v1", "Job", Some(Type::Message(&JOB_SPEC))),
    ("batch/v1", "CronJob", Some(Type::Message(&CRON_JOB_SPEC))),
    ("v1", "Service", Some(Type::Message(&SERVICE_SPEC))),
    ("v1", "Namespace", Some(Type::Ignored)),
    // Its field 2 is `secrets`, which nobody sets.
    ("v1", "ServiceAccount", None),
    ("authentication.k8s.io/v1", "SelfSubjectReview", Some(Type::Ignored)),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview", Some(Type::Message(&ACCESS))),
    ("authorization.k8s.io/v1", "SelfSubjectRulesReview", Some(Type::Message(&RULES))),
];

/// `runtime.Unknown`: the envelope, with the kind in front of the object.
pub(super) static UNKNOWN: Message = Message {
    name: "Unknown",
    fields: &[
        one(
            1,
            "typeMeta",
            Type::Message(&Message {
                name: "TypeMeta",
                fields: &[one(1, "apiVersion", Type::Text), one(2, "kind", Type::Text)],
            }),
        ),
        one(2, "raw", Type::Ignored),
        one(3, "contentEncoding", Type::Text),
        one(4, "contentType", Type::Text),
    ],
};
