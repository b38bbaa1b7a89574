//! How far a command is: a bar on a terminal, and a line now and then without one.

use super::{output::print_error, seconds::positive_seconds};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, stderr},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How to show progress.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProgressOptions {
    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Without a terminal: the number of seconds between two lines of progress
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = positive_seconds)]
    progress_every: Duration,
}

/// The progress of a command, on standard error.
pub(crate) struct Progress {
    quiet: bool,
    /// Hidden without a terminal.
    bar: ProgressBar,
    message: Arc<Mutex<String>>,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// `length` is what [`Self::set`] counts to. `template` shows it on a terminal.
    pub(crate) fn start(options: &ProgressOptions, length: u64, template: &str) -> Self {
        let message = Arc::new(Mutex::new(String::new()));
        let is_shown = !options.quiet && stderr().is_terminal();
        let bar = if is_shown { ProgressBar::new(length) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        if is_shown {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        let ticker = (!options.quiet && !is_shown).then(|| {
            let (end, ended) = channel();
            let (message, every, start) = (Arc::clone(&message), options.progress_every, Instant::now());
            let tick = move || {
                while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                    let message = message.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    print_error(&format!("{:.0} s: {message}", start.elapsed().as_secs_f64()));
                }
            };
            (end, thread::spawn(tick))
        });
        Self { quiet: options.quiet, bar, message, ticker }
    }

    /// How far it is, and more in words.
    pub(crate) fn set(&self, position: u64, message: impl Into<String>) {
        if !self.quiet {
            let message = message.into();
            self.bar.set_position(position);
            self.bar.set_message(message.clone());
            *self.message.lock().unwrap_or_else(PoisonError::into_inner) = message;
        }
    }

    /// Prints a line.
    pub(crate) fn line(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| print_error(text));
        }
    }

    /// The bar, for what counts on it directly.
    pub(crate) const fn bar(&self) -> &ProgressBar {
        &self.bar
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        if let Some((end, ticker)) = self.ticker.take() {
            drop(end);
            // A thread that only prints.
            let _ = ticker.join();
        }
    }
}
