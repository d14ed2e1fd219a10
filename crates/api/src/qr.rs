//! QR codes as pictures that the screen shows as they are.

use data_encoding::BASE64;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::error::{ErrorCode, RpcError};

/// Side of a module in the drawing; the screen scales it.
const MODULE: u32 = 4;

/// A `data:` URL of an SVG picture, black on white, with the quiet zone around it.
///
/// # Errors
/// For text that no QR code holds, which is our bug.
pub(crate) fn picture(text: &str) -> Result<String, RpcError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| RpcError::new(ErrorCode::Internal, "The QR code could not be drawn."))?;
    let drawing = code
        .render::<svg::Color<'_>>()
        .module_dimensions(MODULE, MODULE)
        .build();
    Ok(format!(
        "data:image/svg+xml;base64,{}",
        BASE64.encode(drawing.as_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_picture_and_too_much_text_is_none() {
        let picture = picture("otpauth://totp/Pipit:mara").unwrap();
        let drawing = picture.strip_prefix("data:image/svg+xml;base64,").unwrap();
        let drawing = String::from_utf8(BASE64.decode(drawing.as_bytes()).unwrap()).unwrap();
        assert!(drawing.contains("<svg") && drawing.ends_with("</svg>"));
        assert!(super::picture(&"x".repeat(3000)).is_err());
    }
}
