//! How many pods each ReplicaSet of a Deployment is to have (kubernetes,
//! `pkg/controller/deployment/{rolling,recreate,sync}.go`): plain arithmetic.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// What a Deployment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) replicas: i32,
    /// Pods that may be there beyond `replicas` during a rollout.
    pub(super) max_surge: i32,
    pub(super) max_unavailable: i32,
    pub(super) strategy: Strategy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    RollingUpdate,
    /// First all old pods go, then the new ones come.
    Recreate,
}

/// A ReplicaSet's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// As its specification says.
    pub(super) replicas: i32,
    /// As its status says.
    pub(super) pods: i32,
    pub(super) available: i32,
    /// `deployment.kubernetes.io/max-replicas`: what it was scaled for.
    pub(super) scaled_for: Option<i32>,
}

impl Wanted {
    pub(super) fn from_deployment(deployment: &Deployment) -> Self {
        let spec = deployment.spec.as_ref();
        let replicas = spec.and_then(|spec| spec.replicas).unwrap_or(1).max(0);
        let strategy = spec.and_then(|spec| spec.strategy.as_ref());
        if strategy.is_some_and(|strategy| strategy.type_.as_deref() == Some("Recreate")) {
            return Self { replicas, max_surge: 0, max_unavailable: 0, strategy: Strategy::Recreate };
        }
        let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
        let max_surge = rolling.and_then(|rolling| rolling.max_surge.as_ref());
        let max_surge = resolve(max_surge, replicas, |hundredths| (hundredths + 99) / 100);
        let max_unavailable = rolling.and_then(|rolling| rolling.max_unavailable.as_ref());
        let mut max_unavailable = resolve(max_unavailable, replicas, |hundredths| hundredths / 100);
        if max_surge == 0 && max_unavailable == 0 {
            // Else nothing could ever move (`ResolveFenceposts`).
            max_unavailable = 1;
        }
        let max_unavailable = max_unavailable.min(replicas);
        Self { replicas, max_surge, max_unavailable, strategy: Strategy::RollingUpdate }
    }

    /// All pods that may be there at a time.
    pub(super) fn max_total(&self) -> i32 {
        if self.replicas == 0 { 0 } else { self.replicas.saturating_add(self.max_surge) }
    }

    /// How many pods the newest set is to have next; `all` sums the specifications of all sets.
    pub(super) fn grow_newest(&self, newest: i32, all: i32) -> i32 {
        if newest >= self.replicas || self.strategy == Strategy::Recreate {
            return self.replicas;
        }
        let room = (self.max_total() - all).max(0);
        newest + room.min(self.replicas - newest)
    }

    /// The next sizes of the old sets, oldest first: first the pods go that serve nobody, then as
    /// many as the available ones allow.
    pub(super) fn shrink_old(&self, newest: Size, old: &[Size]) -> Vec<i32> {
        let mut sizes: Vec<i32> = old.iter().map(|size| size.replicas).collect();
        if self.strategy == Strategy::Recreate {
            return vec![0; sizes.len()];
        }
        let all = newest.replicas + sizes.iter().sum::<i32>();
        let min_available = self.replicas - self.max_unavailable;
        let newest_unavailable = newest.replicas - newest.available;
        let mut allowed = all - min_available - newest_unavailable;
        for (size, set) in sizes.iter_mut().zip(old) {
            let unhealthy = (*size - set.available).clamp(0, allowed.max(0));
            *size -= unhealthy;
            allowed -= unhealthy;
        }
        let available = newest.available + old.iter().map(|set| set.available).sum::<i32>();
        let mut spare = (available - min_available).min(allowed);
        for size in &mut sizes {
            let gone = (*size).min(spare.max(0));
            *size -= gone;
            spare -= gone;
        }
        sizes
    }

    /// The sizes of all sets after the Deployment itself was scaled in the middle of a rollout:
    /// each in proportion. Given, and answered, from the largest to the smallest.
    pub(super) fn scale_all(&self, sets: &[Size]) -> Vec<i32> {
        let to_add = self.max_total() - sets.iter().map(|set| set.replicas).sum::<i32>();
        let mut added = 0;
        let mut sizes: Vec<i32> = Vec::new();
        for set in sets {
            let share = if to_add == 0 { 0 } else { self.share(*set, to_add - added) };
            added += share;
            sizes.push(set.replicas + share);
        }
        if let Some(largest) = sizes.first_mut() {
            *largest = (*largest + to_add - added).max(0);
        }
        sizes
    }

    /// One set's part of `left` pods to add, or to take away where it is negative.
    fn share(&self, set: Size, left: i32) -> i32 {
        let scaled_for = i64::from(set.scaled_for.unwrap_or(set.replicas).max(1));
        let new = i64::from(set.replicas) * i64::from(self.max_total());
        let new = i32::try_from((new * 2 + scaled_for) / (scaled_for * 2)).unwrap_or(i32::MAX);
        let share = if self.replicas == 0 { -set.replicas } else { new - set.replicas };
        if left > 0 { share.clamp(0, left) } else { share.clamp(left, 0) }
    }
}

/// A number, or a percentage of `replicas`; 25 % where nothing is said.
fn resolve(value: Option<&IntOrString>, replicas: i32, round: impl Fn(i64) -> i64) -> i32 {
    let percent = |percent: i64| i32::try_from(round(i64::from(replicas) * percent)).unwrap_or(i32::MAX);
    match value {
        None => percent(25),
        Some(IntOrString::Int(number)) => (*number).max(0),
        Some(IntOrString::String(text)) => {
            percent(text.strip_suffix('%').and_then(|number| number.parse().ok()).unwrap_or(0).clamp(0, 100_000))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(replicas: i32) -> Wanted {
        let mut deployment = Deployment::default();
        deployment.spec.get_or_insert_default().replicas = Some(replicas);
        Wanted::from_deployment(&deployment)
    }

    fn size(replicas: i32, available: i32) -> Size {
        Size { replicas, pods: replicas, available, scaled_for: None }
    }

    #[rstest::rstest]
    #[case(1, 1, 0)]
    #[case(3, 1, 0)]
    #[case(4, 1, 1)]
    #[case(10, 3, 2)]
    fn a_quarter_is_rounded_up_for_surge_and_down_for_unavailable(
        #[case] replicas: i32,
        #[case] surge: i32,
        #[case] unavailable: i32,
    ) {
        let wanted = wanted(replicas);
        assert_eq!((wanted.max_surge, wanted.max_unavailable), (surge, unavailable));
    }

    #[test]
    fn a_new_set_that_stalls_leaves_the_old_pods() {
        let wanted = wanted(3);
        assert_eq!(wanted.grow_newest(0, 3), 1);
        assert_eq!(wanted.shrink_old(size(1, 0), &[size(3, 3)]), [3]);
    }

    #[test]
    fn a_rollout_comes_to_its_end() {
        let wanted = wanted(10);
        let (mut newest, mut old) = (size(0, 0), size(10, 10));
        for _ in 0..20 {
            newest.replicas = wanted.grow_newest(newest.replicas, newest.replicas + old.replicas);
            assert!(newest.replicas + old.replicas <= 13);
            newest.available = newest.replicas;
            old.replicas = wanted.shrink_old(newest, &[old])[0];
            old.available = old.replicas;
            assert!(newest.available + old.available >= 8);
        }
        assert_eq!((newest.replicas, old.replicas), (10, 0));
    }

    #[test]
    fn pods_that_serve_nobody_go_first() {
        let wanted = wanted(2);
        // The old set never ran: it makes room for the new one.
        assert_eq!(wanted.shrink_old(size(1, 1), &[size(2, 0)]), [1]);
        assert_eq!(wanted.shrink_old(size(2, 2), &[size(1, 0)]), [0]);
    }

    #[test]
    fn scaling_in_the_middle_of_a_rollout_is_proportional() {
        let mut old = size(1, 1);
        old.scaled_for = Some(2);
        let mut new = size(1, 0);
        new.scaled_for = Some(2);
        // From 1 to 3 pods: four may be there, half of them of each set.
        assert_eq!(wanted(3).scale_all(&[new, old]), [2, 2]);
        assert_eq!(wanted(0).scale_all(&[new, old]), [0, 0]);
    }
}
