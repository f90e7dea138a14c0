//! One post: who sends it, whether its body can be kept, and the answer.
//!
//! Owns: paths, methods and statuses. A sender tries again after 5xx and not after 4xx; what will
//! never be right is therefore 4xx, and what the disk refused 503.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use jiff::Timestamp;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{Limits, connections::Seat, counts::Counters, events::line_of, secret::Secret, writer::Job};

/// Octets of a body that is too large that are read all the same: an answer that comes before the end
/// of a request can be lost with the connection.
const READ_OUT: u64 = 1024 * 1024;

/// What all posts share.
#[derive(Debug)]
pub(super) struct Desk {
    secret: Secret,
    jobs: mpsc::Sender<Job>,
    counts: Arc<Counters>,
    limits: Limits,
    now: fn() -> Timestamp,
}

/// Who posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// Prosody's `event_sync`, with a bearer token.
    Prosody,
    /// JaaS, with a signature or a bearer token.
    Jaas,
}

/// Why a post is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Unauthorised,
    Malformed,
    TooLarge,
    /// The body ended early.
    Cut,
    /// The body did not come in time.
    Late,
    /// It could not be written.
    Unwritten,
    /// The disk did not answer in time; it may be written yet.
    Stuck,
}

impl Desk {
    pub(super) fn new(
        secret: Secret,
        jobs: mpsc::Sender<Job>,
        counts: Arc<Counters>,
        limits: Limits,
        now: fn() -> Timestamp,
    ) -> Self {
        Self { secret, jobs, counts, limits, now }
    }

    /// What is answered to which path; all else is 404, another method 405.
    pub(super) fn routes(self) -> Router {
        Router::new()
            .route("/", get(|| async { "roomkey is listening\n" }))
            .route("/api/events/{*event}", post(from_prosody))
            .route("/jaas", post(from_jaas))
            .with_state(Arc::new(self))
    }

    async fn answer(&self, sender: Sender, seat: &Seat, request: Request) -> Result<(), Refusal> {
        let kept = self.keep(sender, seat, request).await;
        match kept {
            // The writer counts what it wrote, and what it could not.
            Ok(()) | Err(Refusal::Unwritten) => {}
            Err(Refusal::Unauthorised) => self.counts.refused.add(1),
            Err(Refusal::Malformed) => self.counts.malformed.add(1),
            Err(Refusal::TooLarge) => self.counts.too_large.add(1),
            Err(Refusal::Cut | Refusal::Late) => self.counts.unfinished.add(1),
            Err(Refusal::Stuck) => self.counts.failed.add(1),
        }
        kept
    }

    async fn keep(&self, sender: Sender, seat: &Seat, request: Request) -> Result<(), Refusal> {
        let (head, body) = request.into_parts();
        let has_token = self.secret.is_bearer_of(&head.headers);
        let working = has_token.then(|| seat.work());
        let body = timeout(self.limits.body_time, read(body, self.limits.body)).await.unwrap_or(Err(Refusal::Late));
        if !has_token && sender == Sender::Prosody {
            return Err(Refusal::Unauthorised);
        }
        let body = body?;
        if !has_token && !self.secret.has_signed(&head.headers, &body, (self.now)()) {
            return Err(Refusal::Unauthorised);
        }
        let _working = working.unwrap_or_else(|| seat.work());
        self.write(line_of(body).ok_or(Refusal::Malformed)?).await
    }

    /// Gives a line to the writer, and waits until the disk has it.
    async fn write(&self, line: String) -> Result<(), Refusal> {
        let (answer, written) = oneshot::channel();
        let asked = async {
            self.jobs.send(Job::Keep { line, answer }).await.map_err(|_| Refusal::Stuck)?;
            written.await.map_err(|_| Refusal::Stuck)
        };
        match timeout(self.limits.answer, asked).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Refusal::Unwritten),
            Ok(Err(refusal)) => Err(refusal),
            Err(_) => Err(Refusal::Stuck),
        }
    }
}

/// A body up to `limit` octets; a longer one is read out, within bounds, and not kept.
async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let announced = body.size_hint().lower();
    if announced > READ_OUT {
        return Err(Refusal::TooLarge);
    }
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refusal::Cut)?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            kept.extend_from_slice(&data);
        } else if length as u64 > READ_OUT {
            break;
        }
    }
    if length > limit { Err(Refusal::TooLarge) } else { Ok(kept) }
}

async fn from_prosody(State(desk): State<Arc<Desk>>, seat: Extension<Arc<Seat>>, request: Request) -> Response {
    answered(desk.answer(Sender::Prosody, &seat, request).await)
}

async fn from_jaas(State(desk): State<Arc<Desk>>, seat: Extension<Arc<Seat>>, request: Request) -> Response {
    answered(desk.answer(Sender::Jaas, &seat, request).await)
}

fn answered(kept: Result<(), Refusal>) -> Response {
    let (status, words) = match kept {
        Ok(()) => return StatusCode::OK.into_response(),
        Err(Refusal::Unauthorised) => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            return (StatusCode::UNAUTHORIZED, challenge, "the secret or the signature is missing or wrong\n")
                .into_response();
        }
        Err(Refusal::Malformed) => (StatusCode::BAD_REQUEST, "the body is no JSON object\n"),
        Err(Refusal::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "the body is over 65536 octets\n"),
        Err(Refusal::Cut) => (StatusCode::BAD_REQUEST, "the body ended early\n"),
        Err(Refusal::Late) => (StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n"),
        Err(Refusal::Unwritten | Refusal::Stuck) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the event could not be written; try again\n")
        }
    };
    (status, words).into_response()
}
