//! The screen: ladder on the left, sparkline and stages in the middle, tape on the right.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Sparkline};

use crate::top::glance::{Glance, Level, duration};

const BUY: Color = Color::Green;
const SELL: Color = Color::Red;
const FAINT: Style = Style::new().fg(Color::DarkGray);
const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// Columns of the ladder and of the tape; the middle has the rest.
const LADDER_COLUMNS: u16 = 29;
const TAPE_COLUMNS: u16 = 23;
/// Rows of the sparkline, its frame included.
const SPARK_ROWS: u16 = 7;

/// Draws everything. `trouble` says why it is not fresh.
pub fn draw(frame: &mut Frame, glance: &Glance, trouble: Option<&str>) {
    let [head, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let [ladder, middle, tape] = Layout::horizontal([
        Constraint::Length(LADDER_COLUMNS),
        Constraint::Min(0),
        Constraint::Length(TAPE_COLUMNS),
    ])
    .areas(body);
    let [spark, stages] =
        Layout::vertical([Constraint::Length(SPARK_ROWS), Constraint::Min(0)]).areas(middle);
    frame.render_widget(head_line(glance), head);
    draw_ladder(frame, ladder, glance);
    draw_spark(frame, spark, glance);
    draw_stages(frame, stages, glance);
    draw_tape(frame, tape, glance);
    let keys = "q quit · Tab next instrument · p pause";
    let foot_line = match trouble {
        Some(trouble) => Line::styled(trouble, Style::new().fg(Color::Yellow)),
        None => Line::styled(keys, FAINT),
    };
    frame.render_widget(foot_line, foot);
}

fn head_line(glance: &Glance) -> Line<'_> {
    let side = glance.trades.first().map_or("", |print| &print.side);
    Line::from(vec![
        Span::styled(format!("{} ", glance.symbol), STRONG),
        Span::styled(
            glance.last.as_deref().unwrap_or("-"),
            STRONG.fg(color_of(side)),
        ),
        Span::raw(format!(
            " · {} orders/s · {} trades/s · {} sessions · ",
            glance.orders_per_s, glance.trades_per_s, glance.sessions
        )),
        Span::styled(
            glance.condition.as_str(),
            if glance.condition == "ok" {
                Style::new().fg(BUY)
            } else {
                STRONG.fg(SELL)
            },
        ),
    ])
}

fn color_of(side: &str) -> Color {
    match side {
        "buy" => BUY,
        "sell" => SELL,
        _ => Color::Reset,
    }
}

fn draw_ladder(frame: &mut Frame, area: Rect, glance: &Glance) {
    let block = Block::bordered().title("Book").border_style(FAINT);
    let inner = block.inner(area);
    let rows = usize::from(inner.height.saturating_sub(1) / 2);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line<'_>> = Vec::new();
    // Asks end above the spread, however few they are.
    lines.resize(rows.saturating_sub(glance.asks.len()), Line::default());
    let asks = glance.asks.iter().take(rows).rev();
    lines.extend(asks.map(|level| level_line(level, SELL, width)));
    lines.push(spread_line(glance, width));
    let bids = glance.bids.iter().take(rows);
    lines.extend(bids.map(|level| level_line(level, BUY, width)));
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Price and size over a bar that grows from the right edge.
fn level_line(level: &Level, color: Color, width: usize) -> Line<'_> {
    let text = format!(
        "{:<left$}{:>right$}",
        level.price,
        level.quantity,
        left = width / 2,
        right = width - width / 2
    );
    let share = usize::try_from(level.share).unwrap_or(100).min(100);
    let bare = width - (width * share).div_ceil(100);
    let split = text
        .char_indices()
        .nth(bare)
        .map_or(text.len(), |(place, _)| place);
    let (plain, barred) = text.split_at(split);
    Line::from(vec![
        Span::styled(plain.to_owned(), Style::new().fg(color)),
        Span::styled(
            barred.to_owned(),
            Style::new().fg(color).add_modifier(Modifier::REVERSED),
        ),
    ])
}

fn spread_line(glance: &Glance, width: usize) -> Line<'_> {
    let last = glance.last.as_deref().unwrap_or("-");
    Line::styled(format!("{last:─^width$}"), FAINT)
}

fn draw_spark(frame: &mut Frame, area: Rect, glance: &Glance) {
    let block = Block::bordered().title("Price").border_style(FAINT);
    let columns = usize::from(area.width.saturating_sub(2));
    let from = glance.closes.len().saturating_sub(columns);
    let spark = Sparkline::default()
        .block(block)
        .max(1_000)
        .style(Style::new().fg(Color::Cyan))
        .data(&glance.closes[from..]);
    frame.render_widget(spark, area);
}

fn draw_stages(frame: &mut Frame, area: Rect, glance: &Glance) {
    let block = Block::bordered().title("Stages").border_style(FAINT);
    let mut lines = vec![Line::styled(
        format!("{:<8}{:>6}{:>6}{:>6}", "", "p50", "p99", "max"),
        FAINT,
    )];
    lines.extend(glance.stages.iter().map(|stage| {
        let style = if stage.stage == "total" {
            STRONG
        } else {
            Style::new()
        };
        let text = format!(
            "{:<8}{:>6}{:>6}{:>6}",
            stage.stage,
            duration(stage.p50_ns),
            duration(stage.p99_ns),
            duration(stage.max_ns)
        );
        Line::styled(text, style)
    }));
    let counts = [
        ("queued", glance.queued),
        ("busy", glance.busy),
        ("slow", glance.slow_consumers),
    ];
    let counts = counts.map(|(name, count)| format!("{name} {count}"));
    lines.push(Line::raw(counts.join("  ")));
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn draw_tape(frame: &mut Frame, area: Rect, glance: &Glance) {
    let block = Block::bordered().title("Trades").border_style(FAINT);
    let inner = block.inner(area);
    let width = usize::from(inner.width);
    let prints = glance.trades.iter().take(usize::from(inner.height));
    let lines: Vec<Line<'_>> = prints
        .map(|print| {
            let text = format!(
                "{:<left$}{:>right$}",
                print.price,
                print.quantity,
                left = width / 2,
                right = width - width / 2
            );
            Line::styled(text, Style::new().fg(color_of(&print.side)))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

#[cfg(test)]
mod tests {
    //! Goal: the screen shows everything, also where it is small.
    //! Method: a literal glance on a terminal in memory, compared with what is kept in `snapshots/`.

    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::top::glance::{Print, StageTimes};
    use crate::top::text;

    fn glance() -> Glance {
        let level = |price: &str, quantity: &str, share| Level {
            price: price.to_owned(),
            quantity: quantity.to_owned(),
            share,
        };
        let print = |price: &str, quantity: &str, side: &str| Print {
            price: price.to_owned(),
            quantity: quantity.to_owned(),
            side: side.to_owned(),
            time: "12:34:56".to_owned(),
        };
        let stage = |stage: &str, p50_ns, p99_ns, max_ns| StageTimes {
            stage: stage.to_owned(),
            p50_ns,
            p99_ns,
            max_ns,
        };
        Glance {
            symbol: "BTCUSDT".to_owned(),
            condition: "ok".to_owned(),
            last: Some("64250.10".to_owned()),
            bids: vec![
                level("64250.00", "1.20000", 100),
                level("64249.90", "0.60000", 50),
            ],
            asks: vec![
                level("64250.20", "0.75000", 60),
                level("64250.30", "0.30000", 25),
                level("64251.00", "0.01000", 1),
            ],
            trades: vec![
                print("64250.10", "0.01500", "buy"),
                print("64250.00", "0.10000", "sell"),
            ],
            closes: vec![100, 400, 250, 700, 1_000, 850],
            orders_per_s: 2_012,
            trades_per_s: 834,
            sessions: 9,
            queued: 3,
            busy: 0,
            slow_consumers: 1,
            stages: vec![
                stage("decode", 1_900, 8_200, 91_000),
                stage("door", 900, 4_100, 60_000),
                stage("queue", 12_000, 250_000, 2_100_000),
                stage("append", 300, 900, 14_000),
                stage("match", 1_400, 6_000, 120_000),
                stage("journal", 130_000, 1_900_000, 22_000_000),
                stage("publish", 30_000, 400_000, 5_000_000),
                stage("total", 180_000, 2_400_000, 24_000_000),
            ],
        }
    }

    fn drawn(width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &glance(), None)).unwrap();
        let screen = terminal.backend().to_string();
        // The backend quotes each line.
        let lines = screen.lines().map(|line| line.trim_matches('"').trim_end());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn assert_same(shown: &str, kept: &str, name: &str) {
        assert_eq!(
            shown.trim_end(),
            kept.trim_end(),
            "{name} is another:\n{shown}\n"
        );
    }

    #[test]
    fn a_small_terminal_shows_all_of_it() {
        assert_same(&drawn(80, 24), include_str!("snapshots/80x24.txt"), "80x24");
    }

    #[test]
    fn a_large_terminal_shows_more_levels() {
        assert_same(
            &drawn(120, 40),
            include_str!("snapshots/120x40.txt"),
            "120x40",
        );
    }

    #[test]
    fn a_tiny_terminal_is_no_panic() {
        for (width, height) in [(1, 1), (20, 5), (53, 3)] {
            drawn(width, height);
        }
    }

    #[test]
    fn scripts_get_the_same_as_text() {
        assert_same(
            &text::of(&glance()),
            include_str!("snapshots/once.txt"),
            "once",
        );
    }
}
