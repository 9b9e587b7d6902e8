//! Drawing for a program that cannot: the request comes on standard input, the reply goes to standard output.

use std::io::{Read, Write};

use bencher_core::drawing::{DrawReply, DrawRequest};
use bencher_report::{ReportOptions, write_report};

/// Answers one request.
///
/// # Errors
/// Where it is none, or cannot be drawn.
pub(crate) fn draw(from: &mut dyn Read, to: &mut dyn Write) -> Result<(), String> {
    let request = DrawRequest::read(from)?;
    let options = ReportOptions {
        plot_width: request.plot_width,
        plot_height: request.plot_height,
        layout: request.layout,
        png_backend: request.png_backend,
        program: request.program,
        part: request.part,
        ..ReportOptions::default()
    };
    let drawn = write_report(&request.records, &request.folder, &options)
        .map_err(|error| error.to_string())?;
    let reply = DrawReply {
        page: drawn.html,
        images: drawn.pngs,
        warnings: drawn.warnings,
    };
    reply.write(to)
}
