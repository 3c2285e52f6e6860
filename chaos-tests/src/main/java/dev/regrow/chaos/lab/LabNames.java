package dev.regrow.chaos.lab;

import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * How all that a lab puts on this machine is called.
 *
 * @param uid six hexadecimal digits
 * @param network the first three numbers of its addresses: where it is not said otherwise of the
 *     loopback range, where a gateway serves without TLS, though here they are of links between
 *     network namespaces
 */
record LabNames(String uid, String network) {

  private static final String FOLDER = "regrow-lab-";
  private static final int UIDS = 0x1000000;
  private static final int FIRST_MACHINE = 11;

  /** The most machines that a lab has addresses for. */
  static final int MACHINES_MAX = 200;

  static LabNames drawn(RandomGenerator random) {
    return new LabNames(
        "%06x".formatted(random.nextInt(UIDS)),
        "127.%d.%d".formatted(random.nextInt(128, 255), random.nextInt(1, 255)));
  }

  /** The same, with addresses off loopback. */
  LabNames offLoopback() {
    return new LabNames(uid, network.replaceFirst("127", "10"));
  }

  /** The namespace that links all machines, and drops what is cut. */
  String switchNamespace() {
    return "regrow-" + uid + "-switch";
  }

  String namespace(String machine) {
    return "regrow-" + uid + "-" + machine;
  }

  static Path file(String namespace) {
    return Path.of("/run/netns", namespace);
  }

  /** The end of a machine's link at the switch. */
  static String port(String machine) {
    return "rg-" + machine;
  }

  String switchAddress() {
    return network + ".1";
  }

  /**
   * @param number of the machine, from 0
   */
  String address(int number) {
    if (number < 0 || number >= MACHINES_MAX) {
      throw new IllegalArgumentException("a lab has up to " + MACHINES_MAX + " machines");
    }
    return network + "." + (FIRST_MACHINE + number);
  }

  Path folder(Path parent) {
    return parent.resolve(FOLDER + uid);
  }

  static boolean isFolder(Path folder) {
    return folder.getFileName().toString().matches(FOLDER + "[0-9a-f]{6}");
  }
}
