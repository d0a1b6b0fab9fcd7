//! One test binary: every file of this directory is a module of it.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that panics has failed, which is what it is for")]

mod support;

mod acting;
mod case;
mod changing;
mod check;
mod client;
mod codelab;
mod conformance;
mod decisions;
mod editing;
mod editor;
mod explain;
mod explaining;
mod exporting;
mod fixes;
mod fixing;
mod foreign_image;
mod gcloud;
mod gnupg;
mod interaction;
mod kubectl;
mod kubernetes;
mod layers;
mod outside_writer;
mod pasted;
mod policies;
mod policy_tests;
mod prompts;
mod readme;
mod recordings;
mod registry;
mod replay;
mod review;
mod sandbox;
mod scenarios;
mod screens;
mod serving;
mod simulate;
mod simulating;
mod skopeo;
mod terminal;
mod themes;
mod truth;
mod watching;
mod widgets;
