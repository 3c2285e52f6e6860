package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.image.BadImage;
import java.util.Map;

/**
 * Devices that build tools leave in /dev. They are left out, as every instance has a /dev of its
 * own; any other device node is refused. Pure.
 */
final class UsualDevices {

  /** Path to major and minor number, as the kernel packs small ones. */
  private static final Map<String, Integer> KNOWN =
      Map.of(
          "dev/null", 1 << 8 | 3,
          "dev/zero", 1 << 8 | 5,
          "dev/full", 1 << 8 | 7,
          "dev/random", 1 << 8 | 8,
          "dev/urandom", 1 << 8 | 9,
          "dev/tty", 5 << 8,
          "dev/console", 5 << 8 | 1,
          "dev/ptmx", 5 << 8 | 2);

  private UsualDevices() {}

  /**
   * @throws BadImage if it is another one, or not what its name says
   */
  static void require(EntryPath path, TarEntry entry) {
    var known = KNOWN.get(path.key());
    boolean isUsual =
        entry.type() == TarEntry.Type.CHARACTER_DEVICE && known != null && known == entry.device();
    if (!isUsual) {
      throw new BadImage(
          "'" + entry.shownName() + "' is a device node, which no image may bring along");
    }
  }
}
