package dev.regrow.runtime.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Who an image wants to run as: numbers, or names of its own passwd(5) and group(5). Pure.
 *
 * @param home empty: unknown
 */
public record UserLookup(int uid, int gid, String home) {

  private static final int IDS = 65536;

  /**
   * @param wanted UID, NAME, UID:GID, NAME:GROUP or a mixture; empty: root
   * @param passwd and group as the image has them, empty without
   * @throws BadImage naming whom the image does not know
   */
  static UserLookup of(String wanted, byte[] passwd, byte[] group) {
    var parts = wanted.isEmpty() ? List.of("0") : List.of(wanted.split(":", 2));
    var user = parts.get(0);
    var known = line(passwd, user, 7);
    int uid = isNumber(user) ? id(user, user) : id(field(known, 2, user, "passwd"), user);
    var home = known.map(fields -> fields.get(5)).filter(text -> text.startsWith("/")).orElse("");
    if (parts.size() == 2) {
      var name = parts.get(1);
      int gid =
          isNumber(name) ? id(name, name) : id(field(line(group, name, 4), 2, name, "group"), name);
      return new UserLookup(uid, gid, home);
    }
    // As Docker does: a user without an entry has root's group.
    int gid = known.map(fields -> id(fields.get(3), user)).orElse(0);
    return new UserLookup(uid, gid, home);
  }

  private static String field(Optional<List<String>> line, int index, String name, String file) {
    return line.map(fields -> fields.get(index))
        .orElseThrow(
            () ->
                new BadImage(
                    "its user or group '%s' is not in its /etc/%s; write user: UID:GID"
                        .formatted(name, file)));
  }

  /** The first whose name, or number, it is. */
  private static Optional<List<String>> line(byte[] file, String wanted, int fields) {
    int by = isNumber(wanted) ? 2 : 0;
    return new String(file, StandardCharsets.ISO_8859_1)
        .lines()
        .map(line -> List.of(line.split(":", -1)))
        .filter(parts -> parts.size() >= fields && parts.get(by).equals(wanted))
        .findFirst();
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]{1,10}");
  }

  private static int id(String text, String of) {
    long id = isNumber(text) ? Long.parseLong(text) : -1;
    if (id < 0 || id >= IDS) {
      throw new BadImage(
          "its user or group '" + of + "' is not within 0 to 65535; write user: UID:GID");
    }
    return (int) id;
  }
}
