package dev.regrow.cli.view;

import dev.regrow.cli.Table;
import dev.regrow.v1.NodeImage;
import java.util.ArrayList;
import java.util.List;

/** Images of nodes as a table. */
public final class ImageTables {

  private ImageTables() {}

  /**
   * @param now in milliseconds since 1970
   */
  public static Table images(boolean wide, long now, List<NodeImage> items) {
    var headings = new ArrayList<>(List.of("NODE", "IMAGE", "DIGEST", "SIZE", "USED", "USED BY"));
    if (wide) {
      headings.addAll(List.of("LAYERS", "PULLED"));
    }
    var table = new Table(headings);
    for (var item : items) {
      int at = item.getImage().indexOf('@');
      var row =
          new ArrayList<Object>(
              List.of(
                  item.getNode(),
                  wide || at < 0 ? item.getImage() : item.getImage().substring(0, at),
                  wide ? item.getDigest() : Words.digest(item.getDigest()),
                  size(item.getBytes()),
                  Words.age(item.getUsedAt(), now),
                  Words.or(String.join(",", item.getUsedByList()))));
      if (wide) {
        row.addAll(List.of(Integer.toString(item.getLayers()), Words.age(item.getPulledAt(), now)));
      }
      table.row(row);
    }
    return table;
  }

  private static String size(long bytes) {
    return bytes < 1_000_000
        ? "%d kB".formatted((bytes + 999) / 1000)
        : "%.1f MB".formatted(bytes / 1e6);
  }
}
