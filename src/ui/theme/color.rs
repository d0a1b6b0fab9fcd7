//! Colours at the depth a terminal has.
//!
//! A theme colour may say what it is at each depth; where it does not, the nearest of the fixed
//! palette is taken, per colour, so that a theme is never swapped out as a whole. Distances are
//! taken in Oklab, where equal steps look equal.

use std::str::FromStr;

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// No colour at all: modifiers only.
    Mono,
    /// The 16 of ANSI, whose look the user has chosen.
    Ansi16,
    /// The 6x6x6 cube and the grey ramp of xterm.
    X256,
    TrueColor,
}

/// What the user asked for on the command line or in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColorChoice {
    /// Look at the environment.
    #[default]
    Auto,
    /// No colour.
    Never,
    Ansi16,
    X256,
    TrueColor,
}

/// A choice that is none of `auto`, `never`, `16`, `256`, `truecolor`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no choice of colours: write auto, never, 16, 256 or truecolor")]
pub struct UnknownChoice(String);

impl FromStr for ColorChoice {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, UnknownChoice> {
        match text {
            "auto" => Ok(Self::Auto),
            "never" => Ok(Self::Never),
            "16" => Ok(Self::Ansi16),
            "256" => Ok(Self::X256),
            "truecolor" => Ok(Self::TrueColor),
            other => Err(UnknownChoice(other.to_owned())),
        }
    }
}

/// The environment variables that tell what a terminal can show; `None` where unset.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColorEnv<'a> {
    pub no_color: Option<&'a str>,
    pub colorterm: Option<&'a str>,
    pub term: Option<&'a str>,
}

impl Depth {
    /// The depth by choice, then `NO_COLOR` (set and not empty, <https://no-color.org>), then
    /// `COLORTERM`, then `TERM`.
    pub fn detect(choice: ColorChoice, env: ColorEnv<'_>) -> Self {
        match choice {
            ColorChoice::Auto => Self::of_environment(env),
            ColorChoice::Never => Self::Mono,
            ColorChoice::Ansi16 => Self::Ansi16,
            ColorChoice::X256 => Self::X256,
            ColorChoice::TrueColor => Self::TrueColor,
        }
    }

    fn of_environment(env: ColorEnv<'_>) -> Self {
        let term = env.term.unwrap_or_default();
        if env.no_color.is_some_and(|value| !value.is_empty()) || term == "dumb" {
            return Self::Mono;
        }
        let colorterm = env.colorterm.unwrap_or_default();
        if ["truecolor", "24bit"].contains(&colorterm) || term.ends_with("-direct") || term.contains("truecolor") {
            return Self::TrueColor;
        }
        if term.contains("256") { Self::X256 } else { Self::Ansi16 }
    }
}

/// One colour of a theme: what it is at each depth, as far as the theme says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThemeColor {
    pub rgb: Option<(u8, u8, u8)>,
    pub x256: Option<u8>,
    /// One of the 16 ANSI colours, or `Reset` for the terminal's own.
    pub ansi: Option<Color>,
}

impl ThemeColor {
    /// The colour at `depth`: as the theme says, else the nearest to what it says for another depth.
    pub fn at_depth(self, depth: Depth) -> Color {
        match depth {
            Depth::Mono => Color::Reset,
            Depth::Ansi16 => self.ansi16(),
            Depth::X256 => {
                self.x256.map(Color::Indexed).or_else(|| self.nearest_256()).unwrap_or_else(|| self.ansi16())
            }
            Depth::TrueColor => match (self.rgb, self.x256) {
                (Some((r, g, b)), _) => Color::Rgb(r, g, b),
                (None, Some(index)) => Color::Indexed(index),
                (None, None) => self.ansi16(),
            },
        }
    }

    fn nearest_256(self) -> Option<Color> {
        self.rgb.map(|rgb| Color::Indexed(nearest(rgb, 16..=255)))
    }

    fn ansi16(self) -> Color {
        let by_rgb = || self.rgb.or(self.x256.map(xterm_rgb)).map(|rgb| ansi_color(nearest(rgb, 0..=15)));
        self.ansi.or_else(by_rgb).unwrap_or(Color::Reset)
    }
}

/// The ANSI colour of an index below 16.
pub(super) fn ansi_color(index: u8) -> Color {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    NAMED.get(usize::from(index)).copied().unwrap_or(Color::Reset)
}

/// Which of the palette's `among` looks most like `rgb`.
fn nearest(rgb: (u8, u8, u8), among: std::ops::RangeInclusive<u8>) -> u8 {
    let wanted = oklab(rgb);
    let distance = |index: u8| -> f32 {
        let (l, a, b) = oklab(xterm_rgb(index));
        (l - wanted.0).powi(2) + (a - wanted.1).powi(2) + (b - wanted.2).powi(2)
    };
    let start = *among.start();
    among.min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(start)
}

/// The colour xterm shows for an index.
pub fn xterm_rgb(index: u8) -> (u8, u8, u8) {
    const ANSI: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    match index {
        0..=15 => ANSI.get(usize::from(index)).copied().unwrap_or_default(),
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

/// sRGB to Oklab (Björn Ottosson, <https://bottosson.github.io/posts/oklab/>).
#[expect(clippy::many_single_char_names, reason = "the names of the formula")]
fn oklab((r, g, b): (u8, u8, u8)) -> (f32, f32, f32) {
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let l = 0.412_221_46f32.mul_add(r, 0.536_332_55f32.mul_add(g, 0.051_445_995 * b)).cbrt();
    let m = 0.211_903_5f32.mul_add(r, 0.680_699_5f32.mul_add(g, 0.107_396_96 * b)).cbrt();
    let s = 0.088_302_46f32.mul_add(r, 0.281_718_85f32.mul_add(g, 0.629_978_7 * b)).cbrt();
    (
        0.210_454_26f32.mul_add(l, 0.793_617_8f32.mul_add(m, -0.004_072_047 * s)),
        1.977_998_5f32.mul_add(l, (-2.428_592_2f32).mul_add(m, 0.450_593_7 * s)),
        0.025_904_037f32.mul_add(l, 0.782_771_77f32.mul_add(m, -0.808_675_77 * s)),
    )
}

fn linear(channel: u8) -> f32 {
    let value = f32::from(channel) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
pub fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f32 {
    let luminance =
        |(r, g, b): (u8, u8, u8)| 0.2126f32.mul_add(linear(r), 0.7152f32.mul_add(linear(g), 0.0722 * linear(b)));
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(no_color: Option<&'a str>, colorterm: Option<&'a str>, term: Option<&'a str>) -> ColorEnv<'a> {
        ColorEnv { no_color, colorterm, term }
    }

    #[test]
    fn the_environment_tells_the_depth() {
        let auto = |env| Depth::detect(ColorChoice::Auto, env);
        assert_eq!(auto(env(None, Some("truecolor"), Some("xterm"))), Depth::TrueColor);
        assert_eq!(auto(env(None, None, Some("xterm-256color"))), Depth::X256);
        assert_eq!(auto(env(None, None, Some("xterm"))), Depth::Ansi16);
        assert_eq!(auto(env(None, None, None)), Depth::Ansi16);
        assert_eq!(auto(env(None, None, Some("dumb"))), Depth::Mono);
        assert_eq!(auto(env(None, None, Some("xterm-direct"))), Depth::TrueColor);
    }

    #[test]
    fn no_color_counts_only_when_not_empty_and_a_choice_overrides_it() {
        let no_color = env(Some("1"), Some("truecolor"), None);
        assert_eq!(Depth::detect(ColorChoice::Auto, no_color), Depth::Mono);
        assert_eq!(Depth::detect(ColorChoice::X256, no_color), Depth::X256);
        assert_eq!(Depth::detect(ColorChoice::Auto, env(Some(""), Some("24bit"), None)), Depth::TrueColor);
        assert_eq!(Depth::detect(ColorChoice::Never, env(None, Some("24bit"), None)), Depth::Mono);
    }

    #[test]
    fn a_choice_is_read_or_refused_with_the_choices() {
        assert_eq!("256".parse(), Ok(ColorChoice::X256));
        let error = "many".parse::<ColorChoice>().unwrap_err();
        assert_eq!(error.to_string(), "\"many\" is no choice of colours: write auto, never, 16, 256 or truecolor");
    }

    #[test]
    fn exact_palette_colours_are_kept() {
        for index in 16..=255u8 {
            let found = nearest(xterm_rgb(index), 16..=255);
            assert_eq!(xterm_rgb(found), xterm_rgb(index));
        }
    }

    #[test]
    fn what_a_theme_says_for_a_depth_is_taken() {
        let color = ThemeColor { rgb: Some((122, 162, 247)), x256: Some(111), ansi: Some(Color::LightBlue) };
        assert_eq!(color.at_depth(Depth::TrueColor), Color::Rgb(122, 162, 247));
        assert_eq!(color.at_depth(Depth::X256), Color::Indexed(111));
        assert_eq!(color.at_depth(Depth::Ansi16), Color::LightBlue);
        assert_eq!(color.at_depth(Depth::Mono), Color::Reset);
    }

    #[test]
    fn the_nearest_is_found_where_a_theme_is_silent() {
        let red = ThemeColor { rgb: Some((255, 5, 5)), ..ThemeColor::default() };
        assert_eq!(red.at_depth(Depth::Ansi16), Color::LightRed);
        assert_eq!(red.at_depth(Depth::X256), Color::Indexed(196));
        let grey = ThemeColor { x256: Some(244), ..ThemeColor::default() };
        assert_eq!(grey.at_depth(Depth::Ansi16), Color::DarkGray);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((contrast((119, 119, 119), (255, 255, 255)) - 4.48).abs() < 0.01);
    }
}
