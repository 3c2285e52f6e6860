package dev.regrow.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns under headings, as wide as their widest cell; the last one is not padded. */
public final class Table {
  private static final String GAP = "   ";

  /** A text and how it is going. */
  public record Cell(String text, Terminal.Tone tone) {}

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
            .map(
                cell ->
                    cell instanceof Cell whole
                        ? whole
                        : new Cell(cell.toString(), Terminal.Tone.PLAIN))
            .toList());
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints headings and rows. */
  public void print(Terminal terminal) {
    var widths = widths();
    terminal.print(line(headings.stream().map(Table::plain).toList(), widths, terminal));
    for (var row : rows) {
      terminal.print(line(row, widths, terminal));
    }
  }

  /** Prints the rows only, under headings printed before. */
  public void printRows(Terminal terminal, Table under) {
    var widths = under.widths();
    for (var row : rows) {
      terminal.print(line(row, widths, terminal));
    }
  }

  private static Cell plain(String text) {
    return new Cell(text, Terminal.Tone.PLAIN);
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

  private static String line(List<Cell> cells, int[] widths, Terminal terminal) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      var cell = cells.get(i);
      line.append(terminal.coloured(cell.text(), cell.tone()));
      if (i < cells.size() - 1) {
        line.append(" ".repeat(Math.max(0, widths[i] - cell.text().length()))).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }
}
