//! The tables of the clusters' objects.

/// Times are in milliseconds since 1970.
pub(crate) const SCHEMA: &str = "
CREATE TABLE kubernetes_version (value INTEGER NOT NULL);
INSERT INTO kubernetes_version VALUES (0);
CREATE TABLE kubernetes_cluster (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    name TEXT NOT NULL,
    forgotten INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project, location, name)
);
CREATE TABLE kubernetes_object (
    cluster INTEGER NOT NULL REFERENCES kubernetes_cluster ON DELETE CASCADE,
    resource TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT,
    expires INTEGER,
    created INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (cluster, resource, namespace, name)
);
CREATE INDEX kubernetes_object_by_owner ON kubernetes_object (cluster, owner) WHERE owner IS NOT NULL;
CREATE INDEX kubernetes_object_by_version ON kubernetes_object (cluster, resource, version);
CREATE INDEX kubernetes_object_by_expiry ON kubernetes_object (cluster, expires) WHERE expires IS NOT NULL;
CREATE TABLE kubernetes_deleted (
    cluster INTEGER NOT NULL REFERENCES kubernetes_cluster ON DELETE CASCADE,
    resource TEXT NOT NULL,
    namespace TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (cluster, resource, version)
);
CREATE INDEX kubernetes_deleted_by_time ON kubernetes_deleted (cluster, at);
CREATE TABLE kubernetes_work (
    cluster INTEGER NOT NULL REFERENCES kubernetes_cluster ON DELETE CASCADE,
    resource TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (cluster, resource, namespace, name)
) WITHOUT ROWID;
CREATE TABLE kubernetes_audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cluster INTEGER NOT NULL REFERENCES kubernetes_cluster ON DELETE CASCADE,
    at INTEGER NOT NULL,
    entry TEXT NOT NULL
);
";
