//! The API log: what was asked of the services, by this program and by others, as lines.
//!
//! Uses the backend alone.

use super::backend::Backend;
use sandbox::server::Served;

/// All requests, the newest first; `None` while the sandbox is not up.
pub(super) fn lines(backend: &Backend) -> Option<Vec<String>> {
    let own = backend.client().ok()?.exchanges();
    let mut lines: Vec<_> = own.iter().map(|exchange| (exchange.at, exchange_line(exchange))).collect();
    let served = backend.door().map(|door| door.log().entries_after(0)).unwrap_or_default();
    let others = served.iter().filter(|served| !served.is_own);
    lines.extend(others.map(|served| (served.at, served_line(served))));
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Some(lines.into_iter().map(|(_, line)| line).collect())
}

fn exchange_line(exchange: &client::Exchange) -> String {
    let status = exchange.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let error = exchange.error.as_ref().map(|error| format!("  {error}")).unwrap_or_default();
    // All are https; without it more of them fit on a line.
    let url = exchange.url.strip_prefix("https://").unwrap_or(&exchange.url);
    format!(
        "{} {status} {:>5} ms {:>7} B {:6} {url}{error}",
        exchange.at.strftime("%H:%M:%S"),
        exchange.millis,
        exchange.response_bytes,
        exchange.method,
    )
}

/// A request of another program, in the columns of ours: who sent it stands where ours have the size.
fn served_line(served: &Served) -> String {
    let at = served.at.strftime("%H:%M:%S");
    let Served { status, millis, program, method, url, .. } = served;
    format!("{at} {status} {millis:>5} ms {program:>9} {method:6} {url}")
}
