//! One page, shown to a browser on this computer while events come in.
//!
//! It tells who is where: it is served on loopback alone, at an address that nobody can guess, to requests that name
//! this computer as their host (a page of somebody else's cannot reach it by a name of its own).

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::rand;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use data_encoding::BASE32_NOPAD;
use tokio::{sync::oneshot, task};

use super::{Limits, ListenProblem, connections, connections::Seats};

/// A page that is being shown; dropped, it is gone.
#[derive(Debug)]
pub struct ShownPage {
    address: SocketAddr,
    path: String,
    page: Arc<Mutex<String>>,
    _stop: oneshot::Sender<()>,
    _listening: task::JoinHandle<()>,
}

#[derive(Clone)]
struct Shown {
    port: u16,
    page: Arc<Mutex<String>>,
}

impl ShownPage {
    /// Shows a page; to be called on a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`ListenProblem`] where no port of loopback is to be had.
    pub fn start(page: String) -> Result<Self, ListenProblem> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let refused = |error: std::io::Error| ListenProblem::listen(wanted, &error);
        let listener = connections::bind(wanted).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let mut secret = [0; 16];
        rand::fill(&mut secret).map_err(|_| refused(std::io::ErrorKind::Other.into()))?;
        let path = format!("/{}/", BASE32_NOPAD.encode(&secret).to_ascii_lowercase());
        let page = Arc::new(Mutex::new(page));
        let shown = Shown { port: address.port(), page: Arc::clone(&page) };
        let router = Router::new().route(&path, get(answer)).with_state(shown);
        let limits = Limits::default();
        let seats = Arc::new(Seats::new(16, limits.patience));
        let (stop, stopped) = oneshot::channel();
        let listening = task::spawn(connections::serve(listener, router, seats, limits, stopped));
        Ok(Self { address, path, page, _stop: stop, _listening: listening })
    }

    /// Where it is: whoever knows this, on this computer, sees it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// Shows another page from now on.
    pub fn show(&self, page: String) {
        *self.page.lock().unwrap_or_else(PoisonError::into_inner) = page;
    }
}

async fn answer(State(shown): State<Shown>, request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let is_ours = ["127.0.0.1", "localhost"].iter().any(|name| host == Some(&format!("{name}:{}", shown.port)));
    if !is_ours {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let page = shown.page.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut response = page.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status, the head and the body of what is answered.
    async fn get(address: SocketAddr, path: &str, host: &str) -> (u16, String, String) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_lowercase(), body.to_owned())
    }

    #[tokio::test]
    async fn a_page_is_shown_under_its_own_address_alone() {
        let shown = ShownPage::start("first".into()).unwrap();
        let (address, url) = (shown.address, shown.url());
        assert!(url.starts_with("http://127.0.0.1:") && url.len() > 45, "{url}");
        for host in [address.to_string(), format!("localhost:{}", address.port())] {
            let (status, head, body) = get(address, &shown.path, &host).await;
            assert_eq!((status, body.as_str()), (200, "first"));
            assert!(head.contains("content-type: text/html; charset=utf-8") && head.contains("no-store"), "{head}");
        }
        shown.show("second".into());
        assert_eq!(get(address, &shown.path, &address.to_string()).await.2, "second");
        assert_eq!(get(address, "/", &address.to_string()).await.0, 404);
        for host in ["evil.example", "evil.example:80", "127.0.0.1"] {
            assert_eq!(get(address, &shown.path, host).await.0, 421, "{host}");
        }
    }
}
