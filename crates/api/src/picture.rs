//! Pictures as screens take them: `data:` URLs (RFC 2397) in base64.

use data_encoding::BASE64;

use crate::error::{ErrorCode, RpcError};

/// The URL of a picture; `None` for an empty one, and for bytes that are no kind of picture we show.
pub(crate) fn to_url(bytes: &[u8]) -> Option<String> {
    let media_type = pipit_client::picture_type(bytes)?;
    Some(format!("data:{media_type};base64,{}", BASE64.encode(bytes)))
}

/// The bytes in a URL; none in an empty text. Which sort of picture it is, its bytes say.
pub(crate) fn from_url(url: &str) -> Result<Vec<u8>, RpcError> {
    if url.is_empty() {
        return Ok(Vec::new());
    }
    url.strip_prefix("data:image/")
        .and_then(|rest| rest.split_once(";base64,"))
        .and_then(|(_, text)| BASE64.decode(text.as_bytes()).ok())
        .ok_or_else(|| {
            RpcError::new(
                ErrorCode::BadRequest,
                "picture is a data: URL of an image in base64.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_back_from_its_url() {
        let bytes = b"\x89PNG\r\n\x1a\n and more".to_vec();
        let url = to_url(&bytes).unwrap();
        assert!(url.starts_with("data:image/png;base64,"));
        assert_eq!(from_url(&url).unwrap(), bytes);
        assert!(from_url("").unwrap().is_empty());
        assert_eq!(to_url(b"<svg onload=alert(1)>"), None);
        for bad in [
            "http://a/b.png",
            "data:image/png;base64,***",
            "data:text/html;base64,AAAA",
        ] {
            assert!(from_url(bad).is_err(), "{bad}");
        }
    }
}
