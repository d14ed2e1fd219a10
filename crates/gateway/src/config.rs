//! What whoever runs a server may choose about its edge.

/// Choices for one gateway.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// The name that tokens are signed for: the host by which clients reach this server.
    pub name: String,
    /// Whether new accounts may be made.
    pub is_registration_open: bool,
    /// Rates.
    pub limits: Limits,
}

/// Rates beyond which callers are told to slow down. Addresses of this machine itself are exempt from
/// the limits per address: they are the administrator's, or a proxy's in front that limits by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections a second that are let in; a storm of reconnects waits outside.
    pub connects_per_second: u32,
    /// Frames a second of one connection, with bursts of four times as many.
    pub frames_per_second: u32,
    /// Sign-ups a minute from one address, with bursts of four times as many.
    pub sign_ups_per_minute: u32,
    /// Requests without authentication a second from one address, with bursts of four times as many.
    pub requests_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connects_per_second: 500,
            frames_per_second: 500,
            sign_ups_per_minute: 5,
            requests_per_second: 10,
        }
    }
}
