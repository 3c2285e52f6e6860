package dev.regrow.cli;

import dev.regrow.schema.Visible;
import java.util.ArrayList;
import java.util.List;

/** Columns under headings, as wide as their widest cell; the last one is not padded. */
public final class Table {
  private static final String GAP = "   ";

  /** A text, on one line as it is shown, and how it is going. */
  public record Cell(String text, Terminal.Tone tone) {
    public Cell {
      text = Visible.line(text);
    }

    public static Cell plain(String text) {
      return new Cell(text, Terminal.Tone.PLAIN);
    }
  }

  private final List<String> headings;
  private final List<List<Cell>> rows = new ArrayList<>();

  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  public Table(List<String> headings) {
    this.headings = List.copyOf(headings);
  }

  /** Cells may be {@link Cell}s or anything with a text. */
  public Table row(List<?> cells) {
    if (cells.size() != headings.size()) {
      throw new IllegalArgumentException(cells.size() + " cells under " + headings);
    }
    rows.add(
        cells.stream()
            .map(cell -> cell instanceof Cell whole ? whole : Cell.plain(cell.toString()))
            .toList());
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints headings and rows. */
  public void print(Terminal terminal) {
    var widths = widths();
    terminal.print(line(headings.stream().map(Cell::plain).toList(), widths));
    for (var row : rows) {
      terminal.print(line(row, widths));
    }
  }

  /** Prints the rows only, under headings printed before. */
  public void printRows(Terminal terminal, Table under) {
    var widths = under.widths();
    for (var row : rows) {
      terminal.print(line(row, widths));
    }
  }

  private int[] widths() {
    var widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = headings.get(i).length();
      for (var row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).text().length());
      }
    }
    return widths;
  }

  private static List<Cell> line(List<Cell> cells, int[] widths) {
    var line = new ArrayList<Cell>();
    for (int i = 0; i < cells.size(); i++) {
      var cell = cells.get(i);
      line.add(cell);
      if (i < cells.size() - 1) {
        line.add(Cell.plain(" ".repeat(Math.max(0, widths[i] - cell.text().length())) + GAP));
      }
    }
    return line;
  }
}
