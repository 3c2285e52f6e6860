package dev.regrow.runtime.launch;

import dev.regrow.runtime.shim.ShimReport;
import java.nio.file.Path;

/** The shim could not start the workload, and says at what. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int EPERM = 1;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;

  private final transient ShimReport.Failed failed;

  Refusal(ShimReport.Failed failed) {
    super(failed.toString());
    this.failed = failed;
  }

  ShimReport.Failed failed() {
    return failed;
  }

  /**
   * Whether it may be for the lack of idmapped mounts: of the kernel (before 5.12), of the file
   * system (EINVAL), or of overlayfs over such mounts (before 5.19: it fails where it keeps what is
   * written).
   */
  boolean mayBeForOwners(Path rootfs, Path writable) {
    return failed.stage().equals("root")
        && (failed.subject().equals(rootfs.toString())
            || failed.subject().equals(writable.toString()))
        && switch (failed.errno()) {
          case EPERM, EINVAL, ENOSYS, EOPNOTSUPP -> true;
          default -> false;
        };
  }
}
